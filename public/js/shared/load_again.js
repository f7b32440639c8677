/**
 * A page whose scripts did not load, since the network changed meanwhile, is loaded again, three times
 * at most. This is no module: it must run before them.
 */
{
  const MOST = 3;
  // The catalogue of words may be what did not load.
  const sentence = document.currentScript.dataset.words;
  const times = history.state?.loadedAgain ?? 0;
  const remember = (count) => history.replaceState({ ...history.state, loadedAgain: count }, "");
  const tell = () => {
    const words = document.createElement("p");
    words.className = "notice";
    words.textContent = sentence;
    document.querySelector("main").prepend(words);
  };
  const loadAgain = () => {
    if (times >= MOST) return tell();
    remember(times + 1);
    const again = () => setTimeout(() => location.reload(), 1000 * times);
    if (navigator.onLine) again();
    else addEventListener("online", again, { once: true });
  };
  let isBroken = false;
  const onError = ({ target }) => {
    if (!(target instanceof HTMLScriptElement) || isBroken) return;
    isBroken = true;
    loadAgain();
  };
  // Errors of elements do not bubble.
  addEventListener("error", onError, true);
  addEventListener("load", () => times > 0 && !isBroken && remember(0));
}

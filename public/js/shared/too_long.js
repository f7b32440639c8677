/** Fields with `data-most`: a text that is too long is not cut, and the page says what is too much. */

for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll("textarea[data-most]"))) {
  const [problem, excess] = field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
  const check = () => {
    const most = Number(field.dataset.most);
    // Characters as the server counts them: no half of an emoji, no spaces around the text.
    const tooMany = [...field.value.trim()].length - most;
    const words = tooMany > 0 ? `At most ${most.toLocaleString("en")} characters, please.` : "";
    // The same words again would be spoken again. The number changes with each key, and is not spoken.
    if (problem.textContent !== words) problem.textContent = words;
    excess.textContent = tooMany > 0 ? `${tooMany.toLocaleString("en")} too many` : "";
    field.setAttribute("aria-invalid", String(tooMany > 0));
    field.setCustomValidity(tooMany > 0 ? `${words} ${excess.textContent}` : "");
  };
  field.addEventListener("input", check);
  // What the server has sent back says itself what is wrong.
  if (field.getAttribute("aria-invalid") !== "true") check();
}

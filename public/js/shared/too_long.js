import { tn } from "../words/words.js";

/** Fields with `data-most`: a text that is too long is not cut; the page shows by how much. */

for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll("textarea[data-most]"))) {
  const [problem, excess] = field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
  const check = () => {
    const most = Number(field.dataset.most);
    // Counted as on the server: an emoji is one character, spaces around the text do not count.
    const tooMany = [...field.value.trim()].length - most;
    const words = tooMany > 0 ? tn("At most {count} character, please.", "At most {count} characters, please.", most) : "";
    // Setting the same words speaks them again. The number changes with each key and is not spoken.
    if (problem.textContent !== words) problem.textContent = words;
    // Translators: characters.
    excess.textContent = tooMany > 0 ? tn("{count} too many", "{count} too many", tooMany) : "";
    field.setAttribute("aria-invalid", String(tooMany > 0));
    field.setCustomValidity(tooMany > 0 ? `${words} ${excess.textContent}` : "");
  };
  field.addEventListener("input", check);
  // A form that the server refused has its own message.
  if (field.getAttribute("aria-invalid") !== "true") check();
}

/** Links in messages: addresses with `https://`, `http://` or `www.`, and no others. */

const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|(?<![\w@.-])www\.[^\s<>"./]+\.[^\s<>"]*[^\s<>".,;:!?)]/gi;

/** @param {string} words @returns {(string | HTMLAnchorElement)[]} For an element's `append`. */
export function withLinks(words) {
  const pieces = [];
  let end = 0;
  for (const found of words.matchAll(ADDRESS)) {
    const [address] = found;
    const link = document.createElement("a");
    link.href = /^www/i.test(address) ? `https://${address}` : address;
    link.textContent = address;
    link.dir = "ltr";
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    pieces.push(words.slice(end, found.index), link);
    end = found.index + address.length;
  }
  return [...pieces, words.slice(end)];
}

/** A random id of an element, a page or a change. */
export const newId = () => crypto.randomUUID().replaceAll("-", "");

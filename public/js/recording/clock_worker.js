/** Beats while the page is hidden, too: browsers slow down the timers of pages, not those of workers. */

let timer = 0;

/** @param {MessageEvent<number>} event Milliseconds between two beats. */
self.onmessage = ({ data }) => {
  clearInterval(timer);
  timer = setInterval(() => self.postMessage(null), data);
};

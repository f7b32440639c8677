/** PDF pages as pictures, by pdf.js in this browser. */

const WIDTH = 1600;
const library = new URL("../vendor/", import.meta.url);

/**
 * Throws for a file that pdf.js cannot open.
 *
 * @param {Blob} file
 * @returns {Promise<{ count: number, picture(number: number): Promise<Blob>, close(): void }>}
 */
export async function openPdf(file) {
  const pdfjs = await import("../vendor/pdf.js");
  pdfjs.GlobalWorkerOptions.workerSrc = new URL("pdf_worker.js", library).href;
  const loading = pdfjs.getDocument({
    data: await file.arrayBuffer(),
    isEvalSupported: false,
    enableXfa: false,
    cMapUrl: new URL("cmaps/", library).href,
    cMapPacked: true,
  });
  const pdf = await loading.promise;
  return { count: pdf.numPages, picture: (number) => pictureOf(pdf, number), close: () => void loading["destroy"]() };
}

/** Names in quotes are of pdf.js, not of a browser. @param {any} pdf @param {number} number From 1. @returns {Promise<Blob>} */
async function pictureOf(pdf, number) {
  const page = await pdf.getPage(number);
  const { width } = page["getViewport"]({ scale: 1 });
  const viewport = page["getViewport"]({ scale: WIDTH / width });
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(viewport.width), height: Math.round(viewport.height) });
  await page.render({ canvasContext: canvas.getContext("2d"), viewport }).promise;
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  // A scanned page is far smaller as JPEG.
  if (blob.size < 1_000_000) return blob;
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));
}

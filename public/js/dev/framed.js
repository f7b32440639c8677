/** Development only: shows what a platform's page hears of the session in its frame. */

addEventListener("message", ({ data, origin }) => {
  const line = document.createElement("li");
  line.textContent = `${data.type} · ${data.session_id} · from ${origin}`;
  document.getElementById("heard").append(line);
});

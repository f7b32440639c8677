"""What is loaded late is loaded again. Firefox before 155 keeps a module that failed as failed."""

from playwright.sync_api import expect

from tests.browser.firefox.conftest import Firefox
from tests.browser.room_page import meeting_on
from tools.local_worker import LocalWorker

FORMULA = """async () => {
  const { withFormulas } = await import("/js/shared/formulas.js");
  const place = document.body.appendChild(document.createElement("p"));
  place.id = "formula";
  place.append(...withFormulas("so $x^2$"));
}"""


def test_formulas_are_set_after_katex_did_not_load(
    firefox: Firefox, dev_worker: LocalWorker
) -> None:
    with meeting_on(dev_worker, firefox.browser) as meeting:
        page = meeting.open("student")
        with page.expect_event("requestfailed"):
            page.route("**/vendor/katex.js", lambda route: route.abort())
            page.evaluate(FORMULA)
        expect(page.locator("#formula")).to_have_text("so $x^2$")
        page.unroute("**/vendor/katex.js")
        page.evaluate("document.querySelector('#formula').remove()")
        page.evaluate(FORMULA)
        expect(page.locator("#formula math")).to_have_count(1)


def test_files_opened_without_a_network_come_later(
    firefox: Firefox, dev_worker: LocalWorker
) -> None:
    with meeting_on(dev_worker, firefox.browser) as meeting:
        teacher = meeting.enter("teacher")
        teacher.route("**/js/files/*", lambda route: route.abort())
        with teacher.expect_event("requestfailed"):
            teacher.locator("#call-files").click()
        expect(teacher.locator("#upload")).to_be_hidden()
        teacher.get_by_role("button", name="Close panel").click()
        teacher.unroute("**/js/files/*")
        teacher.locator("#call-files").click()
        expect(teacher.locator("#upload")).to_be_visible()

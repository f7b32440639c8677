import { toast } from "../shared/toasts.js";
import { t } from "../words/words.js";

/** Who may write, who leads, and which page the other one looks at. */
export class Mode {
  /** Whether only the teacher may write. */
  readOnly = false;
  follow = false;
  /** The page that the other one looks at, as far as it is known. */
  otherPage = "";
  /** The page that was looked at last when this page came. */
  lastPage = "";

  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.role = board.session.role;
  }

  get mayDraw() {
    return this.role === "teacher" || !this.readOnly;
  }

  get isLed() {
    return this.follow && this.role === "student";
  }

  /** As the room has it. @param {any} mode `by`: who has changed it; nobody in `welcome`. */
  set({ read_only: readOnly, follow, page, by }) {
    const { sheet, toolbar, session: { other: { called: name } } } = this.board;
    const wasReadOnly = this.readOnly;
    Object.assign(this, { readOnly, follow });
    if (!by) this.lastPage = page ?? "";
    else if (by !== this.role && page) this.otherPage = page;
    if (this.role === "student" && wasReadOnly !== readOnly) {
      if (by) toast(readOnly ? t("{name} has set the board so that only {name} can write.", { name }) : t("You can write on the board again."));
      sheet.selection.set([]);
    }
    this.lead();
    toolbar.show();
  }

  /** Who leads shows what they see, if they see the board. */
  lead() {
    if (this.follow && this.role === "teacher" && this.board.isShown) this.board.live.view();
  }

  /** The part that the teacher sees. @param {Fields} view */
  show({ page, x, y, w, h }) {
    if (!this.isLed) return;
    if (page !== this.board.page) this.board.showPage(page);
    this.board.sheet.camera.fit({ x, y, w, h });
  }
}

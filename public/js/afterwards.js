import { saveAtOnce } from "./feedback.js";
import { Session } from "./session.js";

/** The page after a session. This file only connects the others. */

const session = new Session();
const form = document.getElementById("feedback-form");
if (form instanceof HTMLFormElement) saveAtOnce(form, session);

import { Session } from "../shared/session.js";

/** The session with requests for files and feedback, which the lobby does not need. */
export class SessionWithFiles extends Session {
  /** @returns {Promise<{ resources: any[], recording: string }>} Throws: RequestError. */
  fetchResources() {
    return this.request("resources", {});
  }

  /** @param {string} id @returns {Promise<any>} Throws: RequestError. */
  deleteResource(id) {
    return this.request(`resources/${id}`, { method: "DELETE" });
  }

  /** @param {string} id @returns {Promise<any>} The file. Throws: RequestError. */
  restoreResource(id) {
    return this.request(`resources/${id}/restore`, { method: "POST" });
  }

  /** @returns {Promise<any[]>} The teacher's unfinished uploads. Throws: RequestError. */
  async fetchUploads() {
    return (await this.request("uploads", {})).uploads;
  }

  /** @param {object} file @returns {Promise<any>} A new upload, or the unfinished one. Throws: RequestError. */
  startUpload(file) {
    const headers = { "Content-Type": "application/json" };
    return this.request("uploads", { method: "POST", body: JSON.stringify(file), headers });
  }

  /** @param {string} id @returns {Promise<any>} The file. Throws: RequestError. */
  completeUpload(id) {
    const signal = AbortSignal.timeout(120_000);
    return this.request(`uploads/${id}/complete`, { method: "POST", signal });
  }

  /** @param {string} id @returns {Promise<any>} Throws: RequestError. */
  cancelUpload(id) {
    return this.request(`uploads/${id}`, { method: "DELETE" });
  }

  /** @param {object} feedback @returns {Promise<any>} As it was stored. Throws: RequestError. */
  sendFeedback(feedback) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(feedback);
    return this.request("feedback", { method: "POST", body, headers, keepalive: true });
  }
}

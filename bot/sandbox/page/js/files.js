// Files as Teams shows them: the question whether one may go to one's OneDrive, and the chip of one that is there.

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { store } from "./store.js";

const OFFER = "application/vnd.microsoft.teams.card.file.consent";
const INFO = "application/vnd.microsoft.teams.card.file.info";

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

function name(text, more) {
  return h("div", { class: "file-name" }, icon("file"), h("span", {}, h("b", {}, text), more ? h("span", { class: "quiet small" }, more) : null));
}

function offer(attachment, message, tell) {
  const { description, sizeInBytes } = attachment.content ?? {};
  const answer = (action) => async () => {
    buttons.forEach((button) => { button.disabled = true; });
    const body = { as: store.me, conversation: message.conversation, activity: message.id, action };
    const outcome = await post("consent", body).catch((error) => ({ toast: error.message }));
    if (outcome.toast) tell(outcome.toast);
    buttons.forEach((button) => { button.disabled = false; });
  };
  const button = (title, action, kind) => h("button", { type: "button", class: kind, onclick: answer(action) }, title);
  const buttons = [button("Allow", "accept", "primary"), button("Decline", "decline", "plain")];
  return h("div", { class: "file-card", role: "group", "aria-label": attachment.name },
    name(attachment.name, size(Number(sizeInBytes ?? 0))),
    description ? h("p", {}, description) : null,
    h("p", { class: "quiet small" }, `${store.bot.name} needs your permission to upload this file to your OneDrive.`),
    h("div", { class: "file-buttons" }, buttons));
}

function info(attachment) {
  return h("a", { class: "file-card file-chip", href: attachment.contentUrl, rel: "noopener noreferrer" },
    name(attachment.name, "In your OneDrive"));
}

// The element of an attachment that is no card; `tell` says what went wrong.
export function drawAttachment(attachment, message, tell) {
  if (attachment.contentType === OFFER) return offer(attachment, message, tell);
  if (attachment.contentType === INFO) return info(attachment);
  return h("div", { class: "quiet small" }, `Attachment: ${attachment.name ?? attachment.contentType}`);
}

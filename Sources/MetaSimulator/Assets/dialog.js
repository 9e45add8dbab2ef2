// Hands the result to the page that opened the dialog, one message after the other, then closes.
const parcel = document.querySelector('[data-parcel]');
if (parcel && window.opener) {
  const { origin, messages, pause } = JSON.parse(parcel.dataset.parcel);
  const send = (position) => {
    if (position >= messages.length) { window.close(); return; }
    window.opener.postMessage(JSON.stringify(messages[position]), origin);
    setTimeout(() => send(position + 1), pause);
  };
  send(0);
}

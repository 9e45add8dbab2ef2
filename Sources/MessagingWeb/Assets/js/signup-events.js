// Reads the messages of Meta's sign-up window (Embedded Signup). Only exact origins are believed: a test for an ending would let
// https://evilfacebook.com through. Unknown fields are ignored, and any event that begins with FINISH is a success.

/** @param {string[]} origins @param {(outcome: object) => void} heard */
export function listen(origins, heard) {
  const believed = new Set(origins);
  window.addEventListener('message', event => {
    if (!believed.has(event.origin)) return;
    const outcome = read(event.data);
    if (outcome) heard(outcome);
  });
}

/** @returns {object|null} finished with ids, cancelled with step, or error with detail */
export function read(data) {
  const message = typeof data === 'string' ? parse(data) : data;
  if (message?.type !== 'WA_EMBEDDED_SIGNUP' || typeof message.event !== 'string') return null;
  const details = message.data ?? {};
  if (message.event.startsWith('FINISH')) return { kind: 'finished', ids: ids(message.event, details) };
  if (message.event === 'CANCEL' && !details.error_message && !details.error_code && !details.error_id) {
    return { kind: 'cancelled', step: details.current_step ?? '' };
  }
  return { kind: 'error', detail: describe(details) };
}

function ids(event, details) {
  const wanted = {
    wabaId: details.waba_id ?? details.waba_ids?.[0], phoneNumberId: details.phone_number_id, businessId: details.business_id, event,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => typeof value === 'string' && value));
}

// error_id is the old name of error_code; the session helps Meta's support to find it.
function describe(details) {
  const code = details.error_code ?? details.error_id;
  const parts = [code && `error ${code}`, details.session_id && `session ${details.session_id}`].filter(Boolean);
  return [parts.join(', '), details.error_message].filter(Boolean).join('. ') || 'Meta gave no number.';
}

function parse(text) {
  try { return JSON.parse(text); } catch { return null; }
}

// A link that is shown once: it is selected at a touch, so that one key copies it.
export function attach(field) {
  field.addEventListener('focus', () => field.select());
}

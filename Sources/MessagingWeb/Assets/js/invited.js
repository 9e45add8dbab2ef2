// The code of an invitation stands behind "#", which browsers send to nobody: here it goes into the form, and out of the address.
export function attach(form) {
  const code = location.hash.slice(1);
  if (!/^[\w-]{20,100}$/.test(code)) return;
  history.replaceState(null, '', location.pathname);
  form.elements.namedItem('code').value = code;
  // Looking uses nothing up.
  form.requestSubmit();
}

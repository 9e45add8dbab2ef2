// A pretend of Meta's JavaScript SDK: FB.init, FB.login and nothing else that matters.
(() => {
  const simulator = new URL(document.currentScript.src).origin;
  let settings = null;

  const nobody = () => ({ authResponse: null, status: 'unknown' });

  function typeName(value) {
    return Object.prototype.toString.call(value).slice(8, -1).toLowerCase();
  }

  function dialogAddress(options) {
    const address = new URL(`${simulator}/${settings.version}/dialog/oauth`);
    const plain = { client_id: settings.appId, display: 'popup', origin: location.origin };
    for (const [name, value] of Object.entries({ ...options, ...plain })) {
      if (value === undefined || value === null) continue;
      address.searchParams.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    return address.href;
  }

  function login(callback, options = {}) {
    if (typeName(callback) !== 'function') throw new Error(`Expression is of type ${typeName(callback)}, not function`);
    if (!settings) { console.error('FB.login() called before FB.init().'); return; }
    const popup = window.open(dialogAddress(options), `simulator-login-${Date.now()}`, 'popup,width=560,height=760');
    if (!popup) { callback(nobody()); return; }
    wait(popup, callback);
  }

  // Ends with the code from the dialog, or with nobody once the popup is gone. A message may still be on its way when the
  // popup is already closed, hence the second look.
  function wait(popup, callback) {
    let closedBefore = false;
    const finish = (answer) => {
      clearInterval(watch);
      window.removeEventListener('message', listen);
      callback(answer);
    };
    const listen = (event) => {
      if (event.origin !== simulator || event.source !== popup || typeof event.data !== 'string') return;
      let message;
      try { message = JSON.parse(event.data); } catch { return; }
      if (message.type !== 'SIMULATOR_LOGIN') return;
      finish({ authResponse: { code: message.code, expiresIn: null, userID: null }, status: 'connected' });
    };
    const watch = setInterval(() => {
      if (popup.closed && closedBefore) finish(nobody());
      closedBefore = popup.closed;
    }, 250);
    window.addEventListener('message', listen);
  }

  window.FB = {
    init(options) { settings = { version: 'v25.0', ...options }; },
    login,
    logout(callback) { callback?.(nobody()); },
    getLoginStatus(callback) { callback(nobody()); },
    AppEvents: { logPageView() {} },
    XFBML: { parse() {} },
  };
  if (typeof window.fbAsyncInit === 'function') window.fbAsyncInit();
})();

// Loads Meta's script once and tells it who we are.
let loaded = null;

/** @param {{sdkUrl: string, appId: string, graphVersion: string}} settings @returns {Promise<void>} */
export function loadSDK({ sdkUrl, appId, graphVersion }) {
  loaded ??= new Promise((resolve, reject) => {
    window.fbAsyncInit = () => {
      FB.init({ appId, autoLogAppEvents: false, xfbml: false, cookie: false, version: graphVersion });
      resolve();
    };
    const script = document.createElement('script');
    script.src = sdkUrl;
    script.async = true;
    script.onerror = () => { loaded = null; script.remove(); reject(new Error('The script did not load')); };
    document.head.append(script);
  });
  return loaded;
}

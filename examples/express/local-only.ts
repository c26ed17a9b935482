/**
 * Whether a request was sent to an address or to `localhost`. Another name may be another site's: its DNS can lead a browser
 * here (DNS rebinding), and then its page is of the same origin as this server.
 */
export const isLocal = (host = ""): boolean => /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host);

export const notLocal = "With COOKIE_OVER_HTTP=true this server answers under localhost and IP addresses only.";

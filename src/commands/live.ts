/**
 * A view of settings that always reads the newest ones: what was handed out when the gateway started follows every
 * reload. Only the properties of the object itself: a part of it that somebody keeps needs a view of its own.
 */
export function live<Settings extends object>(read: () => Settings): Settings {
  return new Proxy(read(), { get: (_, name) => Reflect.get(read(), name) });
}

/** Which methods each path takes: what a 405 must say (RFC 9110 section 15.5.6). */
export interface RouteTable {
  add(url: string, methods: string | readonly string[]): void;
  methodsOf(path: string): readonly string[];
}

export function createRouteTable(): RouteTable {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  return {
    add: (url, methods) => {
      const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const method of [methods].flat()) route.methods.add(method);
      routes.set(url, route);
    },
    methodsOf: (path) => {
      const found = [...routes.values()].filter(({ pattern }) => pattern.test(path));
      return [...new Set(found.flatMap(({ methods }) => [...methods]))].toSorted();
    },
  };
}

/** `:name` stands for one segment. */
function patternOf(url: string): RegExp {
  const segments = url
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[^A-Za-z0-9_-]/g, "\\$&")));
  return new RegExp(`^${segments.join("/")}$`);
}

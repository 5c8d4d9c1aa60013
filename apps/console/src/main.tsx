import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./view/app.tsx";
import { ProblemError } from "./runtime-client.ts";
import { RuntimeLink } from "./runtime-link.ts";
import { refreshOnEvents } from "./refresh.ts";
import { systemMachine } from "./system-machine.ts";
import "./style.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What is on the screen is refreshed by events of the log, not by time.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      retry: (failures, error) => !(error instanceof ProblemError) && failures < 2,
      networkMode: "always", // loopback answers without a network
    },
    mutations: { networkMode: "always" },
  },
});
const link = new RuntimeLink(refreshOnEvents(queries, systemMachine), systemMachine);

const root = document.querySelector("#root");
if (root === null) throw new Error("The page has no place to stand in.");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App link={link} machine={systemMachine} />
    </QueryClientProvider>
  </StrictMode>,
);

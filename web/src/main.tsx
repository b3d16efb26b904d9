import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { registerWorker } from './offline/worker-registration.ts';
import { applyLook } from './parts/look.ts';
import { initTexts } from './texts.ts';
import './style.css';

// The client tries again by itself, and a server in the same building answers also when the internet is gone.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 15_000, networkMode: 'always' } } });

applyLook();
initTexts();
registerWorker();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

/** A billing system on the loopback that answers as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Question {
  readonly address: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export interface BillingServer {
  readonly url: string;
  readonly asked: Question[];
  answer: (response: ServerResponse, question: Question) => void;
}

export async function billingServer(answer: BillingServer['answer']): Promise<BillingServer> {
  const asked: Question[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const question = { address: String(JSON.parse(body || '{}').address), body, headers: request.headers };
      asked.push(question);
      billing.answer(response, question);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const billing: BillingServer = { url: `http://127.0.0.1:${port}/taquilla?key=1`, asked, answer };
  return billing;
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

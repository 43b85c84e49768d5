// Types for the parts of mailparser that the project uses, six inner methods and the splitter included (`src/mail/mime-parts.ts`
// says why). The version is pinned exactly; test/mail/mime-parts.test.ts
// fails when a bump changes what these do.
declare module 'mailparser' {
  import type { Readable, Transform } from 'node:stream';

  /** mailsplit's view of one MIME part. */
  interface SplitNode {
    root: boolean;
    filename: string | false;
    contentType: string | false;
    encoding: string | false;
    /** Its kind of multipart. */
    multipart: string | false;
    flowed: boolean;
    delSp: boolean;
    headers: { getFirst(name: string): string; getList(): unknown[] } | false;
    getDecoder(): Transform;
  }

  /** mailsplit's stream: bytes in, parts and pieces of their content out. */
  interface MessageSplitter extends Transform {
    /** 1: in the header of `node`, 2: behind it. */
    readonly state: number;
    readonly node: SplitNode;
    readonly hasFailed: boolean;
    _transform(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void;
  }

  /** mailparser's own node around it. */
  interface PartNode {
    node: SplitNode;
    contentType: string | false;
    charset?: string;
    disposition?: string | false;
    isAttachment?: boolean;
    textContent?: string;
    children: PartNode[];
    root?: boolean;
  }

  interface AttachmentPart {
    type: 'attachment';
    content: Readable;
    contentType: string | false;
    contentDisposition?: string;
    filename?: string;
    contentId?: string;
    related?: boolean;
    /** Set once `content` has ended. */
    checksum?: string;
    size?: number;
    release(): void;
  }

  interface MailParserOptions {
    skipHtmlToText?: boolean;
    skipTextToHtml?: boolean;
    skipImageLinks?: boolean;
    keepCidLinks?: boolean;
    keepDeliveryStatus?: boolean;
    ignoreEmbedded?: boolean;
    maxHeadSize?: number;
    maxChildNodes?: number;
    checksumAlgo?: string;
  }

  export class MailParser extends Transform {
    constructor(options?: MailParserOptions);
    tree: PartNode | false;
    readonly splitter: MessageSplitter;
    getDecoder(): { decodeStream(charset: string): Transform };
    createNode(node: SplitNode): PartNode;
    processHeaders(lines: readonly { key: string; line: string }[]): Map<string, unknown>;
    getTextContent(): { type: 'text' };
    processChunk(data: unknown, done: (error?: Error | null) => void): void;
  }

  /** Only for tests, which read our own mails with it. */
  interface SimpleMail {
    subject?: string;
    text?: string;
    html?: string | false;
    messageId?: string;
    inReplyTo?: string;
    references?: string | string[];
    headers: Map<string, unknown>;
  }
  export function simpleParser(source: Buffer | string): Promise<SimpleMail>;

  export type { AttachmentPart, MessageSplitter, PartNode, SplitNode };
}

/** To staff: a new ticket, a client's reply, a ticket that is yours now, a colleague's answer. */
import type { Language } from '../../tickets/model.ts';
import type { StaffNoticeKind } from '../../tickets/staff-mail-data.ts';
import { GREETING, P, SIGNATURE_HTML, SIGNATURE_TEXT, soft, ticketBox, ticketText } from './parts.ts';
import { alertHtml, commandsHtml, commandsText, quoteHtml, STAFF_STATUS } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

const WHO = '{% if author == "" %}{{ address }}{% else %}{{ author }} <{{ address }}>{% endif %}';
const WHO_HTML = '{% if author == "" %}{{ address }}{% else %}{{ author }} &lt;{{ address }}&gt;{% endif %}';
const SIZE =
  '{% if file.size >= 1048576 %}{{ file.size | divided_by: 1048576.0 | round: 1 }} MB{% else %}{{ file.size | divided_by: 1024.0 | ceil }} KB{% endif %}';

/** What happened, in one sentence. `@` stands for the writer. */
const NEWS: Record<StaffNoticeKind, Record<Language, string>> = {
  'staff-new-ticket': {
    es: '{% if by == "" %}Ticket nuevo de @{% else %}{{ by }} ha abierto un ticket para @{% endif %}',
    en: '{% if by == "" %}New ticket from @{% else %}{{ by }} has opened a ticket for @{% endif %}',
  },
  'staff-client-replied': {
    es: '@ ha respondido{% if status == "closed" %} y ha cerrado el ticket{% endif %}',
    en: '@ has replied{% if status == "closed" %} and has closed the ticket{% endif %}',
  },
  'staff-assigned': {
    es: 'Este ticket ahora es tuyo: te lo ha asignado {{ by }}',
    en: 'This ticket is yours now: {{ by }} assigned it to you',
  },
  'staff-unassigned': {
    es: 'Este ticket ya no es de nadie: {{ by }} ha quitado la asignación',
    en: 'This ticket is nobody’s any more: {{ by }} took the assignment away',
  },
  'staff-moved': {
    es: '{{ by }} ha pasado este ticket a {{ department }}',
    en: '{{ by }} passed this ticket to {{ department }}',
  },
  'staff-colleague-answered': {
    es: '{{ by }} ha respondido al cliente. No tienes que hacer nada; es solo para que lo sepas',
    en: "{{ by }} has answered the client. There's nothing for you to do; we just thought you'd want to know",
  },
  'staff-answers-crossed': {
    es: '{{ by }} respondió {% if minutes == 0 %}justo antes que tú{% elsif minutes == 1 %}un minuto antes que tú{% else %}{{ minutes }} minutos antes que tú{% endif %}. Las dos respuestas han salido; esta es la suya',
    en: '{{ by }} answered {% if minutes == 0 %}just before you{% elsif minutes == 1 %}a minute before you{% else %}{{ minutes }} minutes before you{% endif %}. Both answers have gone out; this is the other one',
  },
};

interface Words {
  readonly unverified: string;
  readonly account: string;
  readonly none: string;
  readonly state: string;
  readonly assignee: string;
  readonly nobody: string;
  readonly priority: string;
  readonly priorities: string;
  readonly cut: string;
  readonly attached: string;
  readonly leftOut: string;
  readonly risky: string;
  readonly large: string;
  readonly fetch: string;
  readonly reply: string;
  readonly commands: string;
  readonly reference: string;
}

const WORDS: Record<Language, Words> = {
  es: {
    unverified:
      'SIN VERIFICAR: nada prueba que este mensaje sea de {{ address }}. No des datos ni hagas cambios por él sin comprobarlo antes.',
    account: 'Cuenta',
    none: 'ninguna: no es cliente registrado',
    state: 'Estado',
    assignee: 'Asignado a',
    nobody: 'nadie',
    priority: 'Prioridad',
    priorities: '{% case priority %}{% when "high" %}Alta{% when "low" %}Baja{% else %}Normal{% endcase %}',
    cut: 'El mensaje sigue; está entero en el ticket.',
    attached: '{% if files == 1 %}Va un archivo adjunto.{% else %}Van {{ files }} archivos adjuntos.{% endif %}',
    leftOut: 'No van en este correo:',
    risky: 'tipo peligroso',
    large: 'por su tamaño',
    fetch:
      'Para verlos: taquilla tickets show {{ ticketId }}, y taquilla tickets attachment {{ ticketId }} con su número.',
    reply:
      '{% if replies == "note" %}Responde a este correo y lo que escribas quedará en el ticket como nota interna.{% else %}Responde a este correo y lo que escribas por encima de la línea le llegará al cliente desde {{ department }}, sin tu dirección.{% endif %}',
    commands: 'En las primeras líneas puedes poner:',
    reference: 'Referencia',
  },
  en: {
    unverified:
      "NOT VERIFIED: nothing proves that this message is from {{ address }}. Give out no data and change nothing because of it until you've checked.",
    account: 'Account',
    none: 'none: not a registered client',
    state: 'Status',
    assignee: 'Assigned to',
    nobody: 'nobody',
    priority: 'Priority',
    priorities: '{% case priority %}{% when "high" %}High{% when "low" %}Low{% else %}Normal{% endcase %}',
    cut: 'The message goes on; the ticket has all of it.',
    attached: '{% if files == 1 %}One file is attached.{% else %}{{ files }} files are attached.{% endif %}',
    leftOut: 'Not in this mail:',
    risky: 'dangerous type',
    large: 'for their size',
    fetch:
      'To see them: taquilla tickets show {{ ticketId }}, and taquilla tickets attachment {{ ticketId }} with their number.',
    reply:
      '{% if replies == "note" %}Reply to this mail, and what you write stays on the ticket as an internal note.{% else %}Reply to this mail, and what you write above the line goes to the client from {{ department }}, without your address.{% endif %}',
    commands: 'In the first lines you can put:',
    reference: 'Reference',
  },
};

function template(kind: StaffNoticeKind, language: Language): MailTemplate {
  const words = WORDS[language];
  const news = NEWS[kind][language];
  const facts: readonly (readonly [string, string])[] = [
    [words.account, `{% if account == "" %}${words.none}{% else %}{{ account }}{% endif %}`],
    [words.state, STAFF_STATUS[language]],
    [words.priority, words.priorities],
    [words.assignee, `{% if assignee == "" %}${words.nobody}{% else %}{{ assignee }}{% endif %}`],
  ];
  const why = `{% if file.risky %}${words.risky}{% else %}${words.large}{% endif %}`;
  const trace = `{% if reference != "" %}${words.reference}: {{ reference }}{% endif %}`;
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

${GREETING[language]}

${news.replaceAll('@', WHO)}.
{% if unverified %}
*** ${words.unverified} ***
{% endif %}
${ticketText(language, null)}
${facts.map(([label, value]) => `  ${label}: ${value}`).join('\n')}
{% if text != "" %}
{{ text }}
{% endif %}
{% if textCut %}
[${words.cut}]
{% endif %}
{% if files > 0 %}
${words.attached}
{% endif %}
{%- if leftOut.size > 0 %}
${words.leftOut}
{%- for file in leftOut %}
  {{ file.name }} (${SIZE}): ${why}{% endfor %}

${words.fetch}
{% endif %}
${words.reply}

${words.commands}

${commandsText(language)}

${SIGNATURE_TEXT}
${trace}
`,
    html: `${P}${GREETING[language]}</p>
${P}<strong>${news.replaceAll('@', WHO_HTML)}.</strong></p>
{% if unverified %}${alertHtml(`<strong>${words.unverified}</strong>`)}
{% endif %}${ticketBox(facts.map(([label, value]) => `${label}: <strong>${value}</strong>`))}
{% if text != "" %}${quoteHtml('text')}
{% endif %}{% if textCut %}${P}[${words.cut}]</p>
{% endif %}{% if files > 0 %}${P}${words.attached}</p>
{% endif %}{% if leftOut.size > 0 %}${P}${words.leftOut}{% for file in leftOut %}<br>{{ file.name }} (${SIZE}): ${why}{% endfor %}<br>${words.fetch}</p>
{% endif %}${P}${words.reply}</p>
<p style="margin:0 0 8px;">${words.commands}</p>
${commandsHtml(language)}
${SIGNATURE_HTML}
{% if reference != "" %}${soft(trace)}{% endif %}`,
  };
}

const both = (kind: StaffNoticeKind) => ({ es: template(kind, 'es'), en: template(kind, 'en') });

export const STAFF_NOTICES: Record<StaffNoticeKind, Record<Language, MailTemplate>> = {
  'staff-new-ticket': both('staff-new-ticket'),
  'staff-client-replied': both('staff-client-replied'),
  'staff-assigned': both('staff-assigned'),
  'staff-unassigned': both('staff-unassigned'),
  'staff-moved': both('staff-moved'),
  'staff-colleague-answered': both('staff-colleague-answered'),
  'staff-answers-crossed': both('staff-answers-crossed'),
};

/** Something about the database that its admin has to mend; the message is for people. */
export class DatabaseUnusable extends Error {}

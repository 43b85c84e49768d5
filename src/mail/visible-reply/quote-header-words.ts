/**
 * The words that mail clients put into the line above a quote (`El lun, 3 ene 2022 a las 10:00, X escribió:`), in the
 * languages whose clients we have seen. Lower case, without punctuation at
 * the ends (`napisał(a)` loses its last bracket). Data only; the grammar is in
 * `quote-headers.ts`.
 */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** "wrote", as the last or middle word of a quote header. */
export const WROTE = words(
  'wrote writes escribió escribio escribía écrit ecrit schrieb schreibt scritto escreveu escriure escrit schreef ' +
    'napisał napisał(a napisała napisal skrev kirjoitti написал написала написал(а пишет писал написав написала ' +
    'пише כתב כתבה כתב/ה írta irta napsal napsala napsal(a napísal scris yazdı yazmış έγραψε 写道 寫道 작성 작성함 ' +
    'escribiu idatzi viết kirjutas rakstīja rašė pisao napisao',
);

/** Words that may stand before the date: "On", "El", "Le" … */
export const LEADS = words(
  'on el le am il em op w dnia den på в у a in no o la les els dne dňa pe la at στις בתאריך ב vào at. at: dia',
);

/** Words between the lead and the date: "El día lunes", "Il giorno lun", "W dniu". */
export const LEAD_FOLLOWERS = words('día dia giorno data date dniu dimecres the jour');

/** Names of days and months, long and short. Only looked at where a date is expected. */
export const DATE_WORDS = words(
  // es
  'lun mar mié mie jue vie sáb sab dom lunes martes miércoles miercoles jueves viernes sábado sabado domingo ' +
    'ene feb abr may jun jul ago sep sept oct nov dic enero febrero marzo abril mayo junio julio agosto septiembre ' +
    'setiembre octubre noviembre diciembre ' +
    // gl
    'luns mércores xoves venres xan xuñ xul xaneiro febreiro xuño xullo ' +
    // en
    'mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday ' +
    'jan apr aug dec january february march april june july august september october november december ' +
    // ca
    'dl dt dc dj dv ds dg dilluns dimarts dimecres dijous divendres dissabte diumenge gen febr març maig juny juliol ' +
    'set des gener febrer setembre novembre desembre ' +
    // pt
    'seg ter qua qui sex sáb segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira ' +
    'sexta-feira fev mai out dez janeiro fevereiro março maio junho julho outubro dezembro ' +
    // fr
    'lundi mardi mercredi jeudi vendredi samedi dimanche mer jeu ven sam dim janv févr avr juin juil août déc ' +
    'janvier février avril juillet octobre décembre ' +
    // it
    'lunedì martedì mercoledì giovedì venerdì sabato domenica gio mag giu lug ott gennaio febbraio aprile maggio ' +
    'giugno luglio settembre ottobre dicembre ' +
    // de
    'mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag jän mär mrz okt januar februar ' +
    'märz juni juli oktober dezember ' +
    // nl
    'ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag mrt mei januari februari maart ' +
    'augustus ' +
    // pl
    'pon wt śr czw pt sob niedz poniedziałek wtorek środa czwartek piątek sobota niedziela ' +
    // da, no, sv, fi
    'man tir tirs ons tor tors fre lør søn mandag tirsdag onsdag torsdag fredag lørdag søndag mån tis lör sön ' +
    'måndag tisdag lördag söndag ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai ' +
    'sunnuntai ' +
    // ru, uk
    'пн вт ср чт пт сб вс нд понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье ' +
    // he, el
    'יום δευ τρί τετ πέμ παρ σάβ κυρ',
);

/** What stands between a time and the name of the person. */
export const AFTER_TIME = words(
  'am pm a.m p.m uhr h hs hrs cet cest gmt utc est edt cst cdt mst mdt pst pdt bst wet west msk user użytkownik ' +
    'usuario from de keltezéssel tarihinde г р от від מאת',
);

/** Small words inside names of people and firms. */
export const NAME_PARTICLES = words('de del la las los el y i e da do dos das van von der den di du le via para for');

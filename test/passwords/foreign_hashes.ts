import type { describeHash } from '../../src/passwords/index.ts';

type Kind = Extract<ReturnType<typeof describeHash>, { ok: true }>['kind'];

/** What the hashes below were made of, in composed form. */
export const FOREIGN_PASSWORD = 'unkempt wälnut harbour';

/**
 * Made by the tools themselves, with low costs: argon2-cffi 25.1, bcrypt 5.0, passlib 1.7.4, Werkzeug 3.1.9, Django 5.2.19 and
 * Python's hashlib (the PHC strings of PBKDF2).
 */
export const foreignHashes: readonly (readonly [tool: string, kind: Kind, hash: string])[] = [
  [
    'argon2-cffi argon2id',
    'argon2id',
    '$argon2id$v=19$m=1024,t=2,p=2$FvQMJ3ay3/yRjp0DKrNonw$ftZ5hN2Nflbs8Wj7hxpwsoaeKFG4FBmrE/+krMY+FT8',
  ],
  [
    'argon2-cffi argon2i',
    'argon2i',
    '$argon2i$v=19$m=1024,t=2,p=2$4bxOGAehrEvFHJfhYU0JZQ$qiX0E5AQdKPB6WLthya0oVlAFjYJZnu7ehuRPah4Dx4',
  ],
  [
    'argon2-cffi argon2d',
    'argon2d',
    '$argon2d$v=19$m=1024,t=2,p=2$ZKmdSmdTq0BIepnVP2z4Aw$rynJ3KScjcigxG7GXV/NjRHZ7nmyhKronzJP9Vz5mjY',
  ],
  [
    'argon2-cffi, version 1.0',
    'argon2i',
    '$argon2i$v=16$m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$JAbAtNFrvpvKHqeCMLQMcAeQMIjTxpuwZU1gnwyjgDI',
  ],
  ['bcrypt, $2a$', 'bcrypt', '$2a$05$asedMJYOFBwLS6gWe3beAOslXz0m/pn8XZ6mqHGtZf1m4i.0QLBE2'],
  ['bcrypt, $2b$', 'bcrypt', '$2b$05$JBIHbEw9xFK5QOe.Gh9a6.rx3.K9g7eVh4WIwHohRvfayVYTAScX.'],
  ['PHP, $2y$', 'bcrypt', '$2y$05$JBIHbEw9xFK5QOe.Gh9a6.rx3.K9g7eVh4WIwHohRvfayVYTAScX.'],
  ['passlib pbkdf2', 'pbkdf2-sha1', '$pbkdf2$1200$DGHMWesdI2TM2bv3HqNU6g$bvdBPCqWHnHiR8E5Wqm/alZqMa0'],
  [
    'passlib pbkdf2-sha256',
    'pbkdf2-sha256',
    '$pbkdf2-sha256$1200$O8fYWwtB6H1vDUFIyVmrNQ$GB3rXlvpP4fieFN00bnOmUfiRTD28Oh87vFYxXJ7iLo',
  ],
  [
    'passlib pbkdf2-sha512',
    'pbkdf2-sha512',
    '$pbkdf2-sha512$1200$hND6X4vxHoOQkhKi9B6D8A$m1nAbg/4C9U/bcvz2WkYqEO.cUlzhw65GwmbjTAmHol7l14.5eozyRBSEDsjz0LJdvRb2iz9NeEse4bmyJDXqw',
  ],
  [
    'passlib scrypt',
    'scrypt',
    '$scrypt$ln=10,r=8,p=1$nhNiDMGY0xqjNMY4R+g95w$mLvZFYOTlPDCqKY9S3Q6VoQqGbXr5SaIBkNDRTMUW7M',
  ],
  [
    'werkzeug scrypt',
    'scrypt',
    'scrypt:1024:8:1$U3LI30J4dJaEex6b$6b42ae65639f111c0036abd984b421c4c1ff049fbf5d91a96c7e527590d7b84eb67826af9571c16e02ccfb76a298ed1126474957a7674bc3335f1c976b7d6643',
  ],
  [
    'werkzeug pbkdf2',
    'pbkdf2-sha256',
    'pbkdf2:sha256:1200$noAqU1YYQKvVKVCP$cd347d0cf90c1dacee4330d6ae287d28c51e0ccbfb7466042abc876c440f8fac',
  ],
  [
    'werkzeug pbkdf2 sha512',
    'pbkdf2-sha512',
    'pbkdf2:sha512:1200$iMG1NvUQITF7EgAA$d67ce993ce3fd57114087aa522c7235dc6976e7ea314df22c234237ce45b73417f13462269a2fb3f531994c39636ffd8067f42fe3a31aa2f9797d7a2231973b4',
  ],
  ['werkzeug pbkdf2 sha1', 'pbkdf2-sha1', 'pbkdf2:sha1:1200$PkofjBxymBXjtt7Y$280a18ad222f6092177e6d0311d0de57f8fe8b39'],
  [
    'django pbkdf2_sha256',
    'pbkdf2-sha256',
    'pbkdf2_sha256$1200$NaClNaClNaClNaClNaCl22$Fos8NdvezF+5kLTAxLR2xkPUeQqJNq7t/V8Zu+8MC0w=',
  ],
  ['django pbkdf2_sha1', 'pbkdf2-sha1', 'pbkdf2_sha1$1200$NaClNaClNaClNaClNaCl22$ZymXShCHfElEsD64Ou5d6674bA8='],
  [
    'django argon2',
    'argon2id',
    'argon2$argon2id$v=19$m=1024,t=2,p=2$TmFDbE5hQ2xOYUNsTmFDbE5hQ2wyMg$2YJ0aaOnamOxcz63kLnuajxsk/Lv7wibEkEXb2CP/Cg',
  ],
  ['django bcrypt_sha256', 'bcrypt', 'bcrypt_sha256$$2b$05$DpD.EN.xCBddlpzog5rc6uUta.TRitMFvWv6.rpBpgZV21fU0oQ4W'],
  ['django bcrypt', 'bcrypt', 'bcrypt$$2b$05$oeyNiKYchC2Mj3WzzQ1zAOWimCky6Iq22Xi9aR0ZShtzxUXvpVbR6'],
  [
    'django scrypt',
    'scrypt',
    'scrypt$1024$NaClNaClNaClNaClNaCl22$8$5$S7in6fnr6v32Y0eAqt7kYP9SAuvP24XiNotgjIB4pMGciOQj3yR4HgxnWMXWbX4UTD4ZDMrA8iP/y35PGi5wpw==',
  ],
  ['phc pbkdf2-sha1', 'pbkdf2-sha1', '$pbkdf2-sha1$i=1200,l=20$MDEyMzQ1Njc4OWFiY2RlZg$sV9F+c8dzV68eagxJVLNFBfGL7k'],
  [
    'phc pbkdf2-sha256',
    'pbkdf2-sha256',
    '$pbkdf2-sha256$i=1200,l=32$MDEyMzQ1Njc4OWFiY2RlZg$Fas5R+/StVOU0pFkt0doi+gkG7vXENMveTVIiHYYVLg',
  ],
  [
    'phc pbkdf2-sha512',
    'pbkdf2-sha512',
    '$pbkdf2-sha512$i=1200,l=64$MDEyMzQ1Njc4OWFiY2RlZg$U+6y1rQQE3QqpD2/xJ0DJ+Lur+iM11v+ioBYH31UosyVNNtTioNWtB9U+neLc7Y4rewyxzEPo4+spiE1l9xvcg',
  ],
];

/** passlib's, of the password typed in decomposed form. */
export const OF_DECOMPOSED = '$pbkdf2-sha256$1200$dA7hfA8BYEzJGQPAGMMYAw$zN8WCyJeuwPOvDutffZUiv/q0EDkECEn5HMPzeBICvM';

/** bcrypt's, of 72 times `a`: what it saw of any longer password that begins so. */
export const OF_SEVENTY_TWO = '$2b$05$RoqSNl0T6P2JMjMDy.nU7u1HsGA24vZ8QMzdlitO8aV1LSQjxh8pW';

/**
 * What people choose when they must choose something long, as far as it fits here: data only, in lower case, without the
 * spaces between the words. Digits and signs that stand for letters need no line of their own: `p4$$w0rd` is `password`.
 */

/** Sentences, names and signs that many people take as a whole. */
const phrases = `
correcthorsebatterystaple thequickbrownfox thequickbrownfoxjumps thequickbrownfoxjumpsoverthelazydog jumpsoverthelazydog
tobeornottobe tobeornottobethatisthequestion maytheforcebewithyou itwasadarkandstormynight inthebeginningwastheword
onceuponatime onceuponatimeinaland loremipsum loremipsumdolorsitamet dolorsitamet consecteturadipiscing
supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis
idontknow idontknowmypassword idontremember iforgot iforgotmypassword iforgotit ihatethispassword ihatepasswords ihateyou
thisisapassword thisismypassword thisisasecurepassword thisisaverylongpassword thisisnotapassword areallylongpassword
averylongpassword mysupersecretpassword supersecret topsecret verysecure youcannotguessthis youwillneverguess youllneverguess
nobodywillguessthis nobodyknows noonewillknow tryandguessthis guessmypassword opensesame openthedoor openthedoorplease
whatsyourpassword whatismypassword whatisthis whoareyou whoami fifteencharacters atleastfifteen atleast15characters
15characters sixteencharacters twinkletwinklelittlestar happybirthday happybirthdaytoyou happynewyear merrychristmas
jesuschrist jesuschristislord jesuslovesme jesuslovesmethisiknow jesusislord ilovejesus godisgood godisgoodallthetime godisgreat
godislove godhelpusall ingodwetrust blessedbethelord thankyoulord thankyoujesus praisethelord amazinggrace hallelujah
iloveyou iloveyouforever iloveyousomuch iloveyoumore iloveyoumorethanever iloveyoubaby ilovemyself ilovemyfamily ilovemymom
ilovemydog ilovemycat ilovemylife ilovemykids ilovemywife ilovemyhusband ilovechocolate lovemeforever foreverandalways
foreveryoung foreverinlove alwaysandforever truelove truelovewaits loveisintheair loveislife lovelylife livelaughlove
lifeisgood lifeisbeautiful carpediem hakunamatata stairwaytoheaven highwaytohell bohemianrhapsody smellsliketeenspirit
wonderwall yellowsubmarine letitbe youllneverwalkalone manchesterunited manchestercity realmadrid fcbarcelona bayernmunchen
borussiadortmund internazionale newyorkyankees dallascowboys bostonredsox greenbaypackers losangeleslakers chicagobulls
goldenstate unitedstates unitedstatesofamerica unitedkingdom newyorkcity losangeles sanfrancisco neworleans southafrica
michaeljackson michaeljordan cristianoronaldo lionelmessi justinbieber onedirection taylorswift ladygaga marilynmonroe
backstreetboys linkinpark metallica greenday avengedsevenfold systemofadown ironmaiden ledzeppelin pinkfloyd
harrypotter hermionegranger hogwarts lordoftherings starwarsfan lukeskywalker darthvader obiwankenobi youshallnotpass
winteriscoming gameofthrones valarmorghulis spongebob spongebobsquarepants hellokitty winniethepooh mickeymouse
sonicthehedgehog supermario supermariobros legendofzelda finalfantasy worldofwarcraft counterstrike callofduty grandtheftauto
leagueoflegends minecraft playstation microsoft windows facebook instagram youtube linkedin google
neverforget nevergiveup nevermind dontforget dontforgetthis dontpanic justdoit keepcalmandcarryon nopainnogain noproblem
youonlyliveonce easycomeeasygo timeismoney moneymoneymoney showmethemoney iwanttobelieve thetruthisoutthere
areyoukiddingme whatthefuck whatthehell fuckyou fuckyoubitch fuckoff fuckthis fucker motherfucker suckmydick kissmyass
biteme bullshit asshole bitch letmeinnow letmeinplease accessgranted accessdenied trustnoone
motdepasse motdepassesecret jetaime jetaimetoujours bonjourtoutlemonde ichliebedich meinpasswort passwort1234 hallowelt
teamo teamomucho teamoporsiempre miamor contrasena tequieromucho vivalavida senhasegura euteamo tiamo wachtwoord
sifra haslo geheim passord lozinka parol motdepasse1
helloworld hellothere goodmorning goodnight howareyou mynameis nicetomeetyou welcomehome welcometothejungle hellohowareyou
onetwothree onetwothreefour onetwothreefourfive abcdefg
314159265358979 31415926535 3.14159265358979 3.1415926535 271828182845904 1123581321 112358132134 16180339887
qnqnqnqn dkssudgktpdy tkfkdgody tkfkdgo qlalfqjsgh dkssud rlaclwlrotorl gkrryrkrltlfgdj wjdakftkfkdgo
사랑해요 사랑해 안녕하세요 비밀번호 대한민국 동해물과백두산이 무궁화꽃이피었습니다 감사합니다 아버지가방에들어가신다 가나다라마바사아자차카타파하
`;

/** Words, first names and numbers that many passwords are put together from. */
const pieces = `
password passwd passwort passphrase pass contraseña pwd pswd drowssap letmein welcome admin administrator sysadmin root
guest login logmein logon signin signup account access enter secret secure security changeme change default testing tester test demo
user username member customer temp temporary example sample
love lover loves loveyou forever always never family friend friends angel angels baby babygirl babyboy honey sweetheart sweety
darling beautiful pretty lovely happy smile kisses kiss princess prince queen king flower rainbow butterfly sunshine sunflower
moonlight star stars heaven jesus christ jehovah god lord bible church blessed faith grace hope peace money lucky
monkey dragon tiger tigger lion eagle eagles wolf horse puppy doggy kitty kitten bunny dolphin panda chicken turtle
master shadow ninja hunter killer warrior samurai phoenix mustang ferrari porsche mercedes corvette yamaha harley
football soccer baseball basketball hockey tennis golf cowboys yankees steelers lakers raiders rangers arsenal chelsea liverpool
barcelona juventus barca superman batman spiderman ironman starwars pokemon pikachu naruto matrix merlin gandalf zelda mario
charlie michael michelle jordan jessica jennifer daniel daniela andrew anthony thomas matthew joshua robert william george
ashley amanda samantha stephanie nicole elizabeth victoria alexander alexandra christian christina patrick martin steven
richard maria carlos antonio david jonathan melissa natasha sophie buster maggie ginger pepper bailey buddy rocky
freedom whatever trustno1 hello goodbye computer internet samsung iphone android apple orange banana cookie chocolate cheese
coffee summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february march april
august september october november december london paris berlin newyork america canada england germany france italia brasil
mexico russia korea seoul tokyo china india company office business employee staff team work intranet server service website
gmail hotmail yahoo .com www. http
one two three four five six seven eight nine ten zero
qwerty qwertz azerty asdf zxcv qazwsx qwaszx qweasd asdzxc wasd abcd abc123 aabbcc xyz
1234 4321 1111 2222 3333 4444 5555 6666 7777 8888 9999 0000 123 321 123123 112233 121212 131313 696969 654321 101010 102030
147258 258369 147258369 741852 852963 741852963 789456 456123 159357 159753 357159 951753 13579 24680 007 420 666 777 888 999
my this that the is for and new not you your very super mega best only pls please
`;

/** Rows along which fingers and children run; every row counts in both directions. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '12345678901234567890',
  '`1234567890-=',
  'qwertyuiop[]\\',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'qwertzuiopü+',
  'yxcvbnm,.-',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn,;:!',
  '!@#$%^&*()_+{}|',
  '!"§$%&/()=?',
  'йцукенгшщзхъ',
  'фывапролджэ',
  'ячсмитьбю',
  'ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ',
  'ㅁㄴㅇㄹㅎㅗㅓㅏㅣ',
  'ㅋㅌㅊㅍㅠㅜㅡ',
  // Down the columns, and to and fro between two rows.
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  '!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?',
  'qazwsxedcrfvtgbyhnujmikolp',
  'zaq1xsw2cde3vfr4bgt5nhy6mju7',
  'zaq12wsxcde34rfvbgt56yhnmju78',
  '1qazxsw23edcvfr45tgbnhy6',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qawsedrftgyhujikolp',
  'azsxdcfvgbhnjmk',
  // Two counters at once.
  '1a2b3c4d5e6f7g8h9i0j',
  'a1b2c3d4e5f6g7h8i9j0',
  'aabbccddeeffgghhiijjkkllmmnnoopp',
  '11223344556677889900',
  '1020304050607080900',
  '0102030405060708091011121314151617181920',
  '12345678910111213141516171819202122232425',
  '112358132134558914423337',
  '3141592653589793238462643383279',
];

/** Whole phrases and single words alike: a password is too common when next to nothing is left of it without these. */
export const commonPieces: readonly string[] = [...new Set(`${phrases} ${pieces}`.split(/\s+/).filter(Boolean))];

/** Rows along which a password may run, in both directions. */
export const commonRuns: readonly string[] = rows.flatMap((row) => [row, Array.from(row).toReversed().join('')]);

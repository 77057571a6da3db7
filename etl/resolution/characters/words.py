"""Words that stand before or in a name with a capital letter, by what they do there."""

from __future__ import annotations

import re
from collections.abc import Sequence

QUOTES = "\"“”„«»'‘’"
WORD = re.compile(r"\w+")

PARTICLES = frozenset("von van der den de del della di da do dos du la le ibn bin al el".split())
SUFFIXES = frozenset("Jr Jr. Sr Sr. II III IV".split())
SUFFIX_WORDS = frozenset(word.casefold().rstrip(".") for word in SUFFIXES)

# Words that begin a sentence or a description with a capital letter but are part of no name.
ARTICLES = frozenset("A An The".split())
FUNCTION_WORDS = ARTICLES | frozenset(
    """
    After Also Although And As At Because Before Both But By During Even For From He Her His However
    I If In Into It Its Later Like Meanwhile My No Now Of On Once One Only Or Our She Since So Soon
    Still That Their Then There They This Though Through To Together Two Under Unlike Until Upon We
    What When Where While Who With Without Yet You Your
    """.split()
)
ADJECTIVES = frozenset(
    """
    Aging Ambitious Aspiring Beautiful Brilliant Charming Cynical Dashing Dedicated Determined
    Disgraced Divorced Dying Elderly Escaped Famous Fellow Flamboyant Former Handsome Heartbroken
    Idealistic Innocent Jealous Jilted Lonely Married Naive Neglected Notorious Old Orphaned Poor
    Pregnant Reckless Retired Rich Ruthless Shady Shy Single Spoiled Struggling Successful Talented
    Teenage Timid Troubled Unemployed Wealthy Widowed Wounded Young Youthful
    """.split()
)
# What somebody is, not what somebody is called: no part of a name that a sentence begins with.
TRADES = frozenset(
    """
    Accountant Activist Actor Actress Adventurer Anthropologist Apprentice Archaeologist Architect
    Aristocrat Artist Assassin Assistant Astronaut Athlete Attorney Author Aviator Aviatrix Bachelor
    Bandit Banker Barber Barmaid Barman Bartender Biologist Blacksmith Bodyguard Bookkeeper
    Bookmaker Boxer Boyfriend Bricklayer Broker Brothers Builder Burglar Businessman Businesswoman
    Butcher Butler Cabbie Cameraman Cashier Castaway Cattleman Chauffeur Chemist Choreographer
    Cleaner Clerk Client Coachman Coed Colleague Columnist Comedian Composer Conman Contractor
    Convict Cop Counterfeiter Courier Criminal Crook Dancer Daughter Debutante Dentist Deserter
    Designer Diplomat Divorcee Dressmaker Drifter Driver Drummer Economist Editor Electrician
    Employee Engineer Entertainer Entrepreneur Ex-convict Executive Explorer Farmer Farmhand
    Father-in-law Fiancé Fiancée Filmmaker Firefighter Fireman Fisherman Foreman Friend Fugitive
    Gambler Gangster Gardener Geologist Girlfriend Governess Guard Guitarist Gunfighter Gunman
    Gunrunner Gunslinger Hacker Hairdresser Heir Heiress Historian Hitman Hobo Homesteader Hostess
    Housekeeper Housewife Husband Hypnotist Illustrator Impresario Industrialist Informant Inmate
    Instructor Interpreter Inventor Investigator Janitor Jeweler Jockey Journalist Kidnapper Laborer
    Landlady Landlord Laundress Lawyer Lecturer Legionnaire Librarian Lifeguard Linguist Locksmith
    Logger Lumberjack Magician Manager Manufacturer Marine Matador Mathematician Mechanic Member
    Merchant Milkman Millionaire Millionairess Miner Missionary Mobster Model Mogul Moonshiner
    Murderer Musician Neighbor Neighbour Newcomer Newlywed Newspaperman Nobleman Noblewoman Novelist
    Orphan Outlaw Owner Painter Paratrooper Partner Passenger Patient Philanthropist Philosopher
    Photographer Physician Physicist Pianist Pickpocket Pilot Pirate Planter Playboy Playwright
    Plumber Poet Policeman Policewoman Politician Prisoner Producer Programmer Promoter Prosecutor
    Prospector Prostitute Psychiatrist Psychologist Publisher Pupil Quarterback Racketeer Rainmaker
    Rancher Realtor Rebel Recluse Recruit Refugee Reporter Researcher Resident Revolutionary Riveter
    Robber Roommate Runaway Saboteur Sailor Salesgirl Salesman Saleswoman Samurai Schoolboy
    Schoolgirl Schoolteacher Scientist Screenwriter Sculptor Seamstress Secretary Servant Serviceman
    Settler Shopgirl Shopkeeper Showgirl Siblings Singer Sister-in-law Sisters Smuggler Sniper
    Socialite Soldier Son Songwriter Spinster Spy Statesman Stenographer Stepfather Stepmother
    Steward Stewardess Stockbroker Stowaway Stranger Streetwalker Student Stuntman Suitor Supervisor
    Surgeon Survivor Suspect Swindler Tailor Teacher Technician Teenager Tenant Thief Tourist Trader
    Trainer Traitor Trapper Traveler Traveller Trucker Tutor Twin Tycoon Typist Undertaker Usher
    Vagrant Vaudevillian Ventriloquist Veteran Veterinarian Victim Vigilante Villager Violinist
    Visitor Volunteer Waiter Waitress Watchman Widower Wife Witness Woman Worker Wrestler Writer
    Youth
    """.split()
)
NATIONS = frozenset(
    """
    Afghan African African-American Albanian Algerian American Anglo-Irish Arab Argentine
    Argentinian Armenian Asian Australian Austrian Basque Bavarian Belgian Bolivian Bosnian
    Brazilian British Bulgarian Burmese Cambodian Canadian Chilean Chinese Chinese-American
    Colombian Congolese Croatian Cuban Czech Danish Ecuadorian Egyptian English Estonian Ethiopian
    European Filipino Finnish French French-Canadian German Ghanaian Greek Haitian Hawaiian
    Hungarian Icelandic Indian Indonesian Iranian Iraqi Irish Irish-American Israeli Italian
    Italian-American Jamaican Japanese Jewish Kenyan Korean Latvian Lebanese Lithuanian Malaysian
    Mexican Mexican-American Mongolian Moroccan Nigerian Norwegian Pakistani Palestinian Parisian
    Persian Peruvian Polish Portuguese Prussian Romanian Russian Scottish Serbian Siberian Sicilian
    Slovak Somali Soviet Spanish Swedish Swiss Syrian Tibetan Tunisian Turkish Ukrainian Venezuelan
    Viennese Vietnamese Welsh
    """.split()
)
# What may be somebody's, but is nobody: `the Castle of King Pastoria`.
THINGS = frozenset(
    """
    Academy Army Bank Battle Book Castle Cave Chapel Church City College Company County Court Curse
    Department District Estate Farm Fort Grave Hall Home Hotel House Inn Island Isle Kingdom Lake
    Land Legend Manor Mansion Museum Office Order Palace Port Portrait Province Ranch River School
    Shrine Siege Statue Street Temple Theater Theatre Tomb Tower Town University Valley Village
    """.split()
)
# Titles that belong to a name, and that nothing comes before: `Playboy Captain Danilo`.
RANKS = frozenset(
    """
    Admiral Agent Ambassador Archduchess Archduke Aunt Baron Baroness Brigadier Capt. Captain
    Chancellor Cmdr. Col. Colonel Commandant Commander Commissioner Commodore Congressman
    Congresswoman Constable Corporal Count Countess Cpl. Dame Det. Detective Doctor Dr. Duchess Duke
    Emperor Empress Ensign Frau Gen. General Gov. Governor Herr Inspector Judge Lady Lieutenant Lord
    Lt. Madam Madame Maj. Major Marquis Marshal Mayor Miss Mlle. Mme. Monsieur Mr. Mrs. Ms. Nurse
    Officer President Prince Princess Principal Prof. Professor Queen Rabbi Rev. Reverend Sen.
    Senator Sergeant Señor Señora Señorita Sgt. Sheriff Signor Signora Sir Superintendent Uncle
    Warden
    """.split()
)
# Words that may come before a title and belong to it, or to the name: `Grand Duke Eugene`.
BEFORE_RANKS = RANKS | frozenset(
    """
    Air Assistant Big Chief Crown Deputy Double Field First Flight Gentleman Good Grand Great Group
    Lance Lieutenant Little Master Petty Prime Queen Rear Right Second Secret Special Squadron Staff
    Third Vice Warrant Wing
    """.split()
)
TITLES = RANKS | frozenset("Mister Mr Mrs Ms Dr".split())

_ABBREVIATION = re.compile(
    r"(?:\w\.)+|(?:Dr|Mrs?|Ms|Mme|Mlle|St|Jr|Sr|Lt|Sgt|Cpl|Pvt|Capt|Cmdr|Maj|Col|Gen|Adm|Prof|Rev|Fr"
    r"|Sen|Gov|Det)\."
)
_PLACES = frozenset("U.S. U.S.A. U.K. U.N. L.A. D.C. N.Y. N.Y.C. A.D. B.C. A.M. P.M.".split())
_NUMBERED = frozenset("War Part Act Chapter Book Volume".split())  # `World War I.`
_SMALL_PREFIX = re.compile(r"\w{1,2}['’-](\w)")  # d'Artagnan, al-Rashid
_COMPOUND = re.compile(  # Well-dressed, Ten-year-old, Brooklyn-born
    r"\w+-(?:\w+-)*(?:[a-z]+(?:ed|ing|en)|old|born|time|class|law|known|well)$"
)
_POSSESSIVES = ("'s", "’s", "s'", "s’")


def is_possessive(piece: str) -> bool:
    """Return whether a word is a possessive: `Howard's`, `Haines'`."""
    return piece.endswith(_POSSESSIVES)


def without_possessive(piece: str) -> str:
    """Return a word without its possessive ending."""
    if not piece.endswith(_POSSESSIVES):
        return piece
    return piece[:-1] if piece[-1] in "'’" else piece[:-2]


def ends_sentence(piece: str, before: str = "") -> bool:
    """Return whether a sentence may end behind a word; `before` is the word before it."""
    if "." not in piece:
        return False
    word = piece.rstrip(QUOTES)
    if not word.endswith("."):
        return False
    if word in _PLACES or not _ABBREVIATION.fullmatch(word):
        return True
    return before in _NUMBERED if len(word) == 2 else before == "the" and word.count(".") > 1


def is_name_word(piece: str) -> bool:
    """Return whether a word begins with a capital letter or a digit."""
    first = piece[:1]
    if first in QUOTES or (len(piece) > 2 and ("'" in piece or "’" in piece or "-" in piece)):
        word = piece.lstrip(QUOTES)
        small = _SMALL_PREFIX.match(word)
        first = small[1] if small else word[:1]
    return first.isupper() or first.isdigit() or first.istitle()


def is_trade(piece: str) -> bool:
    """Return whether a word says what somebody is, alone or with others."""
    if piece.endswith("s") and piece not in RANKS:
        return piece in TRADES or piece[:-1] in TRADES or piece[:-1] in RANKS
    return piece in TRADES


def is_description(piece: str) -> bool:
    """Return whether a word at the beginning of a sentence is no part of the name behind it."""
    return piece in ADJECTIVES or is_trade(piece) or _COMPOUND.match(piece) is not None


def title_place(pieces: Sequence[str], first: int) -> int:
    """Return where a title begins that the words before do not belong to, or `first`."""
    for rank in range(first, len(pieces) - 1):
        if pieces[rank] in RANKS:
            while rank > first and pieces[rank - 1] in BEFORE_RANKS:
                rank -= 1
            return rank
    return first

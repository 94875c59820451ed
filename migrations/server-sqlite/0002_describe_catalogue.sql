-- Services with questions and notices, departments with crews, areas of several kinds, addresses, and what a report answered.

ALTER TABLE report_content ADD COLUMN answers TEXT NOT NULL DEFAULT '{}'; -- JSON: question code to text, or to a list of chosen codes
ALTER TABLE report_content ADD COLUMN answer_faults TEXT NOT NULL DEFAULT '[]'; -- JSON: question codes with what was wrong; never what was answered

ALTER TABLE service ADD COLUMN details TEXT NOT NULL DEFAULT '{}'; -- JSON: group, icon, description, keywords, questions, notice

ALTER TABLE department ADD COLUMN kind TEXT NOT NULL DEFAULT 'department' CHECK (kind IN ('department', 'partner'));
ALTER TABLE department ADD COLUMN contact TEXT NOT NULL DEFAULT ''; -- one line for the public; empty = none

ALTER TABLE jurisdiction ADD COLUMN area_kind TEXT NOT NULL DEFAULT ''; -- the kind of area that says where a case lies; empty = every kind

CREATE TABLE crew (
    -- Teams of departments and partners that go out.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    code TEXT NOT NULL, -- "roads-east"
    department TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (jurisdiction, code),
    FOREIGN KEY (jurisdiction, department) REFERENCES department (jurisdiction, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX crew_by_department ON crew (jurisdiction, department);

CREATE TABLE street (
    -- Streets that have addresses. Replaced whole by an import, as nothing else refers to them.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    street INTEGER NOT NULL, -- from 1, by name
    name TEXT NOT NULL, -- "Via Garibaldi"
    searched TEXT NOT NULL, -- as it is searched: lower case, no accents, no abbreviations: "via garibaldi"
    PRIMARY KEY (jurisdiction, street)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
    -- House numbers.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    street INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 99999),
    exponent TEXT NOT NULL DEFAULT '', -- "A", "bis"; mostly empty
    colour TEXT NOT NULL DEFAULT 'black' CHECK (colour IN ('black', 'red')), -- red and black numbers are counted apart
    place INTEGER NOT NULL, -- from 1: tells doors of the same number apart
    lat_e7 INTEGER NOT NULL, -- 1e-7 degree, WGS 84
    lon_e7 INTEGER NOT NULL,
    cell INTEGER NOT NULL, -- the square of 0.001 degree it lies in: row * 1,000,000 + column
    source TEXT NOT NULL DEFAULT '', -- who says so: "ANNCSU"
    PRIMARY KEY (jurisdiction, street, number, exponent, colour, place),
    FOREIGN KEY (jurisdiction, street) REFERENCES street (jurisdiction, street)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_by_cell ON address (jurisdiction, cell);

CREATE TABLE case_address (
    -- Personal: the house number nearest to where a case's first report is. Copied, so that a later import changes no case.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    street TEXT NOT NULL,
    number INTEGER NOT NULL,
    exponent TEXT NOT NULL DEFAULT '',
    colour TEXT NOT NULL DEFAULT 'black' CHECK (colour IN ('black', 'red')),
    distance_m INTEGER NOT NULL DEFAULT 0, -- from the position to the door
    source TEXT NOT NULL DEFAULT '', -- who says so
    PRIMARY KEY (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;

-- The tables of a notary-server after its last migration (0005), with what its migration tool records.
CREATE TABLE tuf_files (
  id int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
  gun varchar(255) NOT NULL,
  role varchar(255) NOT NULL,
  version int(11) NOT NULL,
  data longblob NOT NULL,
  sha256 char(64) DEFAULT NULL,
  UNIQUE KEY gun (gun, role, version),
  KEY sha256 (sha256)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE change_category (category varchar(20) NOT NULL PRIMARY KEY) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO change_category VALUES ('update'), ('deletion');

CREATE TABLE changefeed (
  id int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  gun varchar(255) NOT NULL,
  version int(11) NOT NULL,
  sha256 char(64) DEFAULT NULL,
  category varchar(20) NOT NULL DEFAULT 'update',
  FOREIGN KEY (category) REFERENCES change_category (category),
  KEY idx_changefeed_gun (gun)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES (5, false);

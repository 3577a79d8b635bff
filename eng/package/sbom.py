#!/usr/bin/env python3
"""Writes what the package is made of as SPDX 2.3, from what the builds resolved: sbom.py VERSION TIME LICENCE-FILE OBJ-DIRECTORIES... < programs.json"""
import glob, hashlib, json, os, sys, xml.etree.ElementTree as tree

version, time, projects = sys.argv[1], sys.argv[2], sys.argv[4:]
licence, licence_text = open(sys.argv[3], encoding="utf-8").read().strip().split("\n", 1)
packages = {}


def add(name, version, licence, supplier, where):
    identity = "SPDXRef-" + hashlib.sha256(f"{where}/{name}@{version}".encode()).hexdigest()[:16]
    packages[identity] = {
        "SPDXID": identity, "name": name, "versionInfo": version, "supplier": supplier, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": licence, "copyrightText": "NOASSERTION", "comment": where,
    }


def licence_of(folder):
    for file in glob.glob(os.path.join(folder, "*.nuspec")):
        for node in tree.parse(file).iter():
            if node.tag.endswith("}license") and node.get("type") == "expression":
                return node.text
            if node.tag.endswith("}license") and node.get("type") == "file":
                text = open(os.path.join(folder, node.text), encoding="utf-8", errors="replace").read()
                return "MIT" if "MIT License" in text or "Permission is hereby granted" in text else "NOASSERTION"
    return "NOASSERTION"


for project in projects:
    assets = json.load(open(os.path.join(project, "project.assets.json")))
    folders = list(assets["packageFolders"])
    for name, library in assets["libraries"].items():
        if library["type"] == "package":
            folder = next((f for f in (os.path.join(f, library["path"]) for f in folders) if os.path.isdir(f)), "")
            add(*name.split("/"), licence_of(folder), "Organization: nuget.org", "compiled into the programs")

for name, built in json.load(sys.stdin)["packages"].items():
    # Its licences are in the source package of that version.
    add(name, built, "NOASSERTION", "Organization: Debian", "a Debian package of which the ramdisk was made; its copyright file names its licences")

missing = sorted({p["name"] for p in packages.values() if p["comment"].startswith("compiled") and p["licenseDeclared"] == "NOASSERTION"})
if missing:
    sys.exit("no licence is known of: " + ", ".join(missing))

own = {
    "SPDXID": "SPDXRef-stiefel", "name": "stiefel", "versionInfo": version, "supplier": "Organization: The Stiefel authors", "downloadLocation": "NOASSERTION",
    "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "The Stiefel authors", "comment": "the programs themselves",
}
document = {
    "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"stiefel-{version}",
    "documentNamespace": f"https://spdx.org/spdxdocs/stiefel-{version}", "creationInfo": {"created": time, "creators": ["Tool: eng/package.sh"]},
    "documentDescribes": [own["SPDXID"]],
    "hasExtractedLicensingInfos": [{"licenseId": licence, "extractedText": licence_text}] if licence.startswith("LicenseRef-") else [],
    "relationships": [{"spdxElementId": own["SPDXID"], "relationshipType": "CONTAINS", "relatedSpdxElement": identity} for identity in sorted(packages)],
    "packages": [own] + [packages[key] for key in sorted(packages, key=lambda key: (packages[key]["comment"], packages[key]["name"], packages[key]["versionInfo"]))],
}
json.dump(document, sys.stdout, indent=1, sort_keys=True)
print()

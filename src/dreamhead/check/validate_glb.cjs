// Validates one glb with the Khronos validator and prints {errors, warnings, messages} as JSON.
const fs = require("fs");
const validator = require("gltf-validator");

validator
  .validateBytes(new Uint8Array(fs.readFileSync(process.argv[2])), { maxIssues: 1000 })
  .then((report) => {
    const serious = report.issues.messages.filter((issue) => issue.severity <= 1);
    const messages = serious.map((issue) => `${issue.code} ${issue.pointer ?? ""}`.trim());
    const { numErrors: errors, numWarnings: warnings } = report.issues;
    console.log(JSON.stringify({ errors, warnings, messages }));
  })
  .catch((error) => {
    console.error(String(error));
    process.exit(1);
  });

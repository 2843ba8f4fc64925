#!/usr/bin/env bash
# Run the command $1 with what the environment asks for, write its reports into the folder $2, and set the output
# `exit-code`. Inputs come through the environment only: none is ever a part of a script.
set -euo pipefail

command=$1
folder=$2
mkdir -p "$folder"

arguments=()
case "$COMMAND" in
  gate)
    [ -z "${EXECUTION:-}" ] || arguments+=("--execution=$EXECUTION")
    [ -z "${BASELINE:-}" ] || arguments+=("--baseline=$BASELINE")
    [ -z "${WAIT:-}" ] || arguments+=("--wait=$WAIT")
    arguments+=("--junit=$folder/junit.xml" "--html=$folder/report.html" "--markdown=$folder/summary.md")
    ;;
  compare)
    [ -n "${BASELINE:-}" ] || { echo "::error::compare needs the input baseline"; exit 2; }
    arguments+=("--markdown=$folder/summary.md")
    ;;
  *)
    echo "::error::the input command is neither gate nor compare"
    exit 2
    ;;
esac
[ -z "${RUN_TEST:-}" ] || arguments+=("--run-test=$RUN_TEST")
while IFS= read -r option; do
  [ -z "$option" ] || arguments+=("$option")
done <<<"${OPTIONS:-}"
[ "$COMMAND" != compare ] || arguments+=("--" "$BASELINE" "${EXECUTION:-latest}")

code=0
GITHUB_STEP_SUMMARY="" "$command" "$COMMAND" "${arguments[@]}" || code=$?
[ ! -f "$folder/summary.md" ] || [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"

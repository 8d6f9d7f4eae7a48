# Saved audiences and tags, on the command line.
audience-cli-none = There are no saved audiences yet. Save one: loa audience save 'Name' 'unit:Xã A/*; role:head'
audience-cli-saved = Saved as “{ $name }”. Use it: --to 'saved:{ $name }'
audience-cli-removed = The saved audience “{ $name }” is gone.
audience-cli-unknown = There is no saved audience called “{ $name }”. See: loa audience list
audience-cli-name = A name is one short line of at most { $most } characters, without ; and @.
audience-cli-top = the top
audience-cli-machine = command line
audience-cli-tagged = Tagged { $count } more with “{ $name }”.
audience-cli-untagged = Took “{ $name }” from { $count }.
audience-cli-wrong = Nothing was changed: { $why }.
audience-cli-no-tags = There are no tags yet. Tag somebody: loa tag add 'Name' --person 12
audience-cli-tag = { $name }: { $people } people, { $units } units, { $groups } groups

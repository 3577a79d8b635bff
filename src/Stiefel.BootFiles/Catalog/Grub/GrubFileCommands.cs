namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Commands that look for devices and files, and read them.</summary>
internal static class GrubFileCommands
{
    private const string NextEntry = "next_entry";

    public static IEnumerable<KeyValuePair<string, Func<GrubCall, int>>> All { get; } = new Dictionary<string, Func<GrubCall, int>>
    {
        ["search"] = Search,
        ["search.file"] = call => SearchFor(call, "file"),
        ["search.fs_label"] = call => SearchFor(call, "label"),
        ["search.fs_uuid"] = call => SearchFor(call, "fs-uuid"),
        ["probe"] = Probe,
        ["load_env"] = LoadEnvironment,
        ["source"] = Source,
        ["."] = Source,
        ["loadfont"] = call => GrubStatus.Of(call.Arguments.Count > 0 && call.Arguments.All(font => Exists(call, font))),
        ["background_image"] = call => GrubStatus.Of(call.Arguments is [.., var picture] && Exists(call, picture)),
    };

    /// <summary>`search [--file|--label|--fs-uuid] [--set[=VARIABLE]] [--hint DEVICE]… NAME` (search_wrap.c). Only one disk is searched, so options that exclude devices are ignored.</summary>
    private static int Search(GrubCall call)
    {
        if (GrubOptions.ParseLoosely(call.Arguments, "f|file", "l|label", "u|fs-uuid", "p|part-uuid", "s|set?", "n|no-floppy", "r|root-dev-only", "efidisk-only", "cryptodisk-only", "h|hint=", "hint-ieee1275=", "hint-bios=", "hint-baremetal=", "hint-efi=", "hint-arc=") is not { } options)
        {
            return GrubStatus.BadArgument;
        }

        // `--set UUID` without a further argument searches for UUID; there it is not the name of a variable.
        var name = options.Rest.SkipWhile(argument => argument.StartsWith("--hint-", StringComparison.Ordinal)).FirstOrDefault();
        var variable = !options.Has("set") ? null : name is null ? "root" : options["set"] ?? "root";
        name ??= options["set"];
        var kind = options.Has("label") ? "label" : options.Has("fs-uuid") ? "fs-uuid" : options.Has("part-uuid") ? "part-uuid" : options.Has("file") ? "file" : null;
        string[] hints = [.. options.All("hint-efi"), .. options.All("hint"), .. options.All("hint-bios"), .. options.All("hint-baremetal")];
        return kind is null || name is null ? GrubStatus.BadArgument : Find(call, kind, name, hints) is not { } found ? GrubStatus.FileNotFound : Assign(call, variable, found);
    }

    /// <summary>`search.fs_uuid NAME [VARIABLE [HINT…]]`.</summary>
    private static int SearchFor(GrubCall call, string kind)
        => call.Arguments is not [var name, ..] ? GrubStatus.BadArgument
            : Find(call, kind, name, [.. call.Arguments.Skip(2)]) is not { } found ? GrubStatus.FileNotFound
            : Assign(call, call.Arguments.Count > 1 ? call.Arguments[1] : null, found);

    private static int Assign(GrubCall call, string? variable, string device)
    {
        if (variable is not null)
        {
            call.Variables.Set(variable, device);
        }

        return GrubStatus.Success;
    }

    /// <summary>Prefers a hinted device that matches, else the first match in the disk's order.</summary>
    private static string? Find(GrubCall call, string kind, string name, string[] hints)
    {
        call.State.Budget.SpendFile();
        var devices = call.State.Files.Devices;
        BootVolume[] found = [.. kind switch
        {
            "label" => devices.WithLabel(name),
            "fs-uuid" => devices.WithUuid(name),
            "part-uuid" => devices.WithPartUuid(name),
            _ => devices.WithFile(name),
        }];
        var hinted = hints.Select(hint => devices.Find(hint.TrimEnd(','))).FirstOrDefault(volume => volume is not null && found.Contains(volume));
        if (found.Length == 0 && kind != "file")
        {
            devices.Miss();
        }

        return (hinted ?? found.FirstOrDefault()) is { } volume ? GrubDevices.NameOf(volume) : null;
    }

    /// <summary>`probe --fs-uuid --set=VARIABLE DEVICE` and the like.</summary>
    private static int Probe(GrubCall call)
    {
        if (GrubOptions.Parse(call.Arguments, "s|set=", "d|driver", "p|partmap", "f|fs", "u|fs-uuid", "l|label", "part-uuid") is not { Rest: [var name, ..] } options)
        {
            return GrubStatus.BadArgument;
        }

        if (call.State.Files.Devices.Find(name.Trim('(', ')'))?.Device is not { } device)
        {
            return GrubStatus.NoSuchDevice;
        }

        var value = options.Has("fs-uuid") ? device.Uuid : options.Has("label") ? device.Label : options.Has("part-uuid") ? device.PartUuid
            : options.Has("fs") ? device.Type is "ext3" or "ext4" ? "ext2" : device.Type == "vfat" ? "fat" : device.Type
            : options.Has("partmap") ? device.PartScheme == "dos" ? "msdos" : device.PartScheme : "";
        return Assign(call, options["set"], value);
    }

    /// <summary>`load_env [--file FILE] [--skip-sig] [NAME…]`.</summary>
    private static int LoadEnvironment(GrubCall call)
    {
        if (GrubOptions.Parse(call.Arguments, "f|file=", "s|skip-sig") is not { } options)
        {
            return GrubStatus.BadArgument;
        }

        var path = call.State.Resolve(options["file"] ?? $"{call.Variables["prefix"]}/grubenv");
        call.State.Budget.SpendFile();
        if (GrubEnvironmentBlock.Read(call.State.Files, path) is not { } block)
        {
            return GrubStatus.FileNotFound;
        }

        call.State.Files.HasNextEntry |= block.GetValueOrDefault(NextEntry, "").Length > 0;
        if (call.State.Files.IgnoresNextEntry)
        {
            block.Remove(NextEntry);
        }

        foreach ((var name, var value) in block.Where(one => options.Rest.Count == 0 || options.Rest.Contains(one.Key)))
        {
            call.Variables.Set(name, value);
        }

        return GrubStatus.Success;
    }

    /// <summary>Runs a file; a missing file is not a failure.</summary>
    private static int Source(GrubCall call)
    {
        if (call.Arguments.Count != 1)
        {
            return GrubStatus.BadArgument;
        }

        call.Interpreter.RunFile(call.Arguments[0]);
        return GrubStatus.Success;
    }

    private static bool Exists(GrubCall call, string font)
    {
        using var file = call.State.Files.Open(call.State.Resolve(font.StartsWith('/') || font.StartsWith('(') ? font : $"{call.Variables["prefix"]}/fonts/{font}.pf2"));
        return file is not null;
    }
}

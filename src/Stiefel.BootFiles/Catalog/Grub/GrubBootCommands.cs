namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Commands that load something, start it, or leave GRUB.</summary>
internal static class GrubBootCommands
{
    public static IEnumerable<KeyValuePair<string, Func<GrubCall, int>>> All { get; } = new Dictionary<string, Func<GrubCall, int>>
    {
        ["linux"] = Linux,
        ["linux16"] = Linux,
        ["linuxefi"] = Linux,
        ["initrd"] = Initrd,
        ["initrd16"] = Initrd,
        ["initrdefi"] = Initrd,
        ["chainloader"] = Chain,
        ["boot"] = call => call.State.Boot is null ? GrubStatus.BadArgument : End(call, ""),
        ["exit"] = Leave,
        ["normal_exit"] = Leave,
        ["halt"] = Leave,
        ["reboot"] = Leave,
        ["fwsetup"] = call => call.Arguments is ["--is-supported"] ? GrubStatus.Success : Leave(call),
        ["multiboot"] = Hypervisor,
        ["multiboot2"] = Hypervisor,
        ["xen_hypervisor"] = Hypervisor,
        ["ntldr"] = Other,
        ["freedos"] = Other,
        ["plan9"] = Other,
        ["truecrypt"] = Other,
        ["appleloader"] = Other,
        ["knetbsd"] = Other,
        ["kfreebsd"] = Other,
        ["kopenbsd"] = Other,
        ["xnu_kernel64"] = Other,
    };

    private static int Linux(GrubCall call)
    {
        call.State.Boot = null;
        if (call.Arguments.Count == 0)
        {
            return GrubStatus.BadArgument;
        }

        call.State.Boot = new GrubBoot(call.State.Resolve(call.Arguments[0]), GrubCommandLine.Of(call.Arguments.Skip(1))) { EmptyVariables = call.EmptyVariables };
        return GrubStatus.Success;
    }

    /// <summary>Sets the initrds; a second `initrd` replaces those of the first.</summary>
    private static int Initrd(GrubCall call)
    {
        if (call.Arguments.Count == 0 || call.State.Boot is not { IsChained: false } boot)
        {
            return GrubStatus.BadArgument;
        }

        call.State.Boot = boot with { Initrds = [.. call.Arguments.Select(call.State.Resolve)] };
        return GrubStatus.Success;
    }

    private static int Chain(GrubCall call)
    {
        call.State.Boot = null;
        if (GrubOptions.Parse([.. call.Arguments.TakeWhile(argument => argument.StartsWith('-'))], "force", "bpb") is null
            || call.Arguments.SkipWhile(argument => argument.StartsWith('-')).ToArray() is not [var image, .. var arguments])
        {
            return GrubStatus.BadArgument;
        }

        call.State.Boot = new GrubBoot(call.State.Resolve(image), string.Join(' ', arguments)) { IsChained = true, EmptyVariables = call.EmptyVariables };
        return GrubStatus.Success;
    }

    private static int Leave(GrubCall call)
    {
        call.State.Boot = null;
        return End(call, $"it leaves GRUB ({call.Name}) and starts no Linux");
    }

    private static int Hypervisor(GrubCall call)
    {
        call.State.Boot = null;
        return End(call, $"it starts a hypervisor or another kernel ({call.Name}), which cannot be started here");
    }

    private static int Other(GrubCall call)
    {
        call.State.Boot = null;
        return End(call, $"it starts another system ({call.Name})");
    }

    private static int End(GrubCall call, string reason)
    {
        call.State.Ending = reason;
        return GrubStatus.Success;
    }
}

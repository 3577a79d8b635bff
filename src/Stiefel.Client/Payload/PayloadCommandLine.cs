using System.Text.RegularExpressions;
using Stiefel.Linux.Kernel;

namespace Stiefel.Client.Payload;

/// <summary>
/// The payload kernel's arguments: those of its boot entry, those that the stick adds, and those that our attach program needs. They must hold no
/// secret, because every user can read /proc/cmdline.
/// </summary>
/// <param name="Text">The command line for the kernel.</param>
/// <param name="RealInit">The initrd's own init, which the attach program hands over to.</param>
/// <param name="Notes">Lines that tell the person what was changed.</param>
internal sealed partial record PayloadCommandLine(string Text, string RealInit, IReadOnlyList<string> Notes)
{
    /// <summary>The attach program's path in the appended archive.</summary>
    public const string AttachInit = "/stiefel/init";

    private const string DefaultInit = "/init";

    private const string SwapSwitch = "systemd.swap";

    // Both are parameters of the module ipv6, which on most kernels is built in.
    private static readonly string[] s_ipv6Switches = ["ipv6.disable", "ipv6.disable_ipv6"];

    /// <summary>Puts the arguments together.</summary>
    /// <param name="bootEntry">The arguments of the laptop's boot entry.</param>
    /// <param name="added">Arguments that the stick adds (stiefel_innercmdline), possibly empty; they come last and therefore win.</param>
    public static PayloadCommandLine Assemble(string bootEntry, string added)
    {
        var notes = new List<string>();
        var line = Append(KernelCommandLine.Parse(bootEntry), KernelCommandLine.Parse(added));

        var realInit = line["rdinit"] is { Length: > 0 } own ? own : DefaultInit;
        line = line.With("rdinit", AttachInit);

        line = WithDiskAsNbd(line, notes);
        line = WithoutResume(line, notes);
        line = WithoutSwap(line);
        line = WithIpv6(line, notes);
        return new PayloadCommandLine(line.ToString(), realInit, notes);
    }

    // Names of whole disks and partitions that differ from machine to machine; UUID=, LABEL=, PARTUUID= and
    // /dev/mapper do not. The first group is the partition's number.
    [GeneratedRegex(@"^/dev/(?:(?:[shv]|xv)d[a-z]+|(?:nvme\d+n\d+|mmcblk\d+|nbd\d+)(?:p(?=\d+$))?)(\d*)$")]
    private static partial Regex DiskName();

    private static KernelCommandLine Append(KernelCommandLine line, KernelCommandLine added) =>
        KernelCommandLine.Parse(InsertBeforeInitArguments(line, added));

    // Arguments after ` -- ` are for init, not for the kernel.
    private static string InsertBeforeInitArguments(KernelCommandLine line, KernelCommandLine added)
    {
        var kernelPart = line.Options.TakeWhile(option => option is not { Name: "--", Value: null });
        return string.Join(' ', [.. kernelPart, .. added.Options, .. line.Options.Skip(kernelPart.Count())]);
    }

    private static KernelCommandLine WithDiskAsNbd(KernelCommandLine line, List<string> notes)
    {
        if (line["root"] is not { } root)
        {
            return line;
        }

        if (DiskName().Match(root) is { Success: true } match)
        {
            var partition = match.Groups[1].Value;
            var renamed = partition.Length > 0 ? $"/dev/nbd0p{partition}" : "/dev/nbd0";
            notes.Add($"root={root} is the laptop's name of its disk; here it is root={renamed}");
            return line.With("root", renamed);
        }

        if (root.StartsWith("/dev/disk/by-id/", StringComparison.Ordinal) || root.StartsWith("/dev/disk/by-path/", StringComparison.Ordinal))
        {
            notes.Add($"root={root} names the laptop's hardware and will not be found here; use root=UUID=… in the laptop's boot entry");
        }

        return line;
    }

    // Waking a hibernated system on other hardware would destroy its file systems. The payload must not hibernate either: its memory would have to be
    // written to the remote disk itself, and on waking, another desktop may have that disk.
    private static KernelCommandLine WithoutResume(KernelCommandLine line, List<string> notes)
    {
        if (line.Has("resume"))
        {
            notes.Add("resume= is left out: a hibernated system must not wake on another machine");
        }

        return line.Without("resume").Without("resume_offset").With("noresume", null).With("nohibernate", null);
    }

    // Swapping to the remote disk needs memory for the packets that carry the data, so it deadlocks when memory runs out. The argument does not concern
    // swap in memory, zram (man 7 kernel-command-line), and a person can override it.
    private static KernelCommandLine WithoutSwap(KernelCommandLine line) =>
        line.Has(SwapSwitch) ? line : Append(line, KernelCommandLine.Parse($"{SwapSwitch}=0"));

    // The disk comes over link-local IPv6 addresses, which the laptop's system may have switched off. The kernel takes the last argument of a name
    // and treats - and _ in it alike. Both switches are needed: `disable=1` removes the protocol, and `disable_ipv6=1` the addresses.
    private static KernelCommandLine WithIpv6(KernelCommandLine line, List<string> notes)
    {
        if (!line.Options.Any(option => s_ipv6Switches.Contains(option.Name.Replace('-', '_'))))
        {
            return line;
        }

        notes.Add("the laptop's arguments concern IPv6, which the disk comes through: ipv6.disable=0 ipv6.disable_ipv6=0 are added");
        var switches = string.Join(' ', s_ipv6Switches.Select(name => $"{name}=0"));
        return Append(line, KernelCommandLine.Parse(switches));
    }
}

using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Client.Rescue;

/// <summary>
/// The rule by which udev leaves a device and its partitions alone: what is on them is not looked at, so that LVM, RAID, btrfs and bcache, which go by that, do not
/// assemble anything; udisks and systemd ignore them; and no name in /dev/disk leads to them, which could be that of a file system of this computer.
/// </summary>
/// <param name="device">The kernel's name of the device.</param>
internal sealed class UdevRule(string device)
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>udev's directory; another one in tests.</summary>
    public string UdevDirectory { get; init; } = "/run/udev";

    /// <summary>Runs udevadm; tests replace it.</summary>
    public Action<IReadOnlyList<string>> Udevadm { get; init; } = arguments => ExternalProgram.Run("udevadm", arguments, s_options);

    /// <summary>The rule's file. Its name sorts before all others', whose rules go by what this one sets.</summary>
    public string File => Path.Combine(UdevDirectory, "rules.d", $"00-stiefel-{device}.rules");

    /// <summary>The rule's text.</summary>
    public string Text =>
        $$"""
        # Made by `stiefel-client attach`, and taken away by `stiefel-client detach`: nothing uses the laptop's disk unasked.
        SUBSYSTEM=="block", KERNEL=="{{device}}|{{device}}p*", ENV{UDISKS_IGNORE}="1", ENV{UDISKS_AUTO}="0", ENV{SYSTEMD_READY}="0", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", OPTIONS:="nowatch"

        """;

    /// <summary>True if udev runs here; without it, nothing looks at devices by itself.</summary>
    private bool IsUdevThere => Directory.Exists(UdevDirectory);

    /// <summary>Makes the rule, and returns once udev follows it.</summary>
    /// <exception cref="RefusedException">udev does not take the rule.</exception>
    public void Make()
    {
        if (!IsUdevThere)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            System.IO.File.WriteAllText(File, Text);
            Udevadm(["control", "--reload"]);
        }
        catch (Exception problem) when (problem is ExternalProgramException or IOException or UnauthorizedAccessException)
        {
            System.IO.File.Delete(File);
            throw new RefusedException($"udev cannot be kept away from the laptop's disk: {problem.Message}");
        }
    }

    /// <summary>Waits until udev has handled all events so far.</summary>
    public void Settle()
    {
        if (IsUdevThere)
        {
            Try(["settle", "--timeout=10"]);
        }
    }

    /// <summary>Removes the rule, and the properties that it gave the device.</summary>
    public void Remove()
    {
        if (!System.IO.File.Exists(File))
        {
            return;
        }

        System.IO.File.Delete(File);
        Try(["control", "--reload"]);
        Try(["trigger", "--action=change", $"--sysname-match={device}"]);
    }

    private void Try(IReadOnlyList<string> arguments)
    {
        try
        {
            Udevadm(arguments);
        }
        catch (ExternalProgramException)
        {
            // The device may be empty by now, or its partitions may appear a moment later.
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Kernel;

namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// The entry that started the running system, as one word that is handed on and looked up later: systemd-boot's id (`loader:arch.conf`), or for
/// any other loader the kernel's path and a hash of the arguments (`kernel:/vmlinuz-6.1#0123456789abcdef`). It never holds the arguments
/// themselves: the entry may have changed since, and the arguments may include what a person typed for a single boot.
/// </summary>
public static class BootedEntry
{
    private const string LoaderKind = "loader:";
    private const string KernelKind = "kernel:";
    private const int HashDigits = 16;
    private const int MaxLength = 256;

    private static readonly string[] s_rescueWords = ["single", "s", "S", "1", "emergency", "rescue", "recovery", "-b", "rd.break", "rd.emergency", "rd.rescue"];
    private static readonly string[] s_rescueUnits = ["rescue.target", "emergency.target", "rescue", "emergency"];

    /// <summary>The entry that started the running system; null if it is unknown, or if that boot must not be repeated (a rescue, a one-time entry).</summary>
    /// <param name="selected">`LoaderEntrySelected` from the firmware; empty if it is not set.</param>
    /// <param name="commandLine">The content of /proc/cmdline.</param>
    /// <param name="oneShot">The entry that was requested for a single boot; empty if none or unknown.</param>
    public static string? OfRunning(string selected, string commandLine, string oneShot)
    {
        var line = KernelCommandLine.Parse(commandLine);
        if (IsRescue(line) || line.Has("stiefel_role") || (oneShot.Length > 0 && string.Equals(oneShot, selected, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var path = line["BOOT_IMAGE"] is { } image ? image[(image.StartsWith('(') ? image.IndexOf(')', StringComparison.Ordinal) + 1 : 0)..] : "";
        var entry = selected.Length > 0 ? LoaderKind + LoaderText.Fold(selected)
            : path.Length > 1 ? $"{KernelKind}{path}#{HashOf(line)}"
            : "";
        return entry.Length is 0 or > MaxLength || entry.Contains("rescue", StringComparison.OrdinalIgnoreCase) || entry.Any(c => c is <= ' ' or '"' or '\u007f') ? null : entry;
    }

    /// <summary>Moves the booted entry to the front if it is among them, unless the owner's configuration has already decided.</summary>
    internal static BootSpec[] First(BootSpec[] specs, string booted, BootFindings findings)
    {
        if (booted.Length == 0 || specs[0].Id is "boot.load" or StiefelSystemJson.FileName)
        {
            return specs;
        }

        var at = Find(specs, booted);
        if (at < 0)
        {
            findings.Note($"the entry that started the laptop ({booted}) no longer exists: {specs[0].Title} is booted instead");
            return specs;
        }

        var first = specs[at] with { Decided = $"the entry that started the laptop ({booted})" };
        return [first, .. specs.Where((_, other) => other != at)];
    }

    private static int Find(BootSpec[] specs, string booted)
    {
        if (!booted.StartsWith(KernelKind, StringComparison.Ordinal))
        {
            return Array.FindIndex(specs, spec => spec.Id.Equals(booted, StringComparison.OrdinalIgnoreCase));
        }

        var end = booted.LastIndexOf('#');
        var path = booted[KernelKind.Length..(end < 0 ? booted.Length : end)];
        var hash = end < 0 ? "" : booted[(end + 1)..];
        var name = $"/{path.TrimStart('/')}";
        int[] fits = [.. Enumerable.Range(0, specs.Length).Where(at => new[] { specs[at].Kernel.Path, specs[at].KernelName }.Any(kernel => kernel.EndsWith(name, StringComparison.Ordinal)))];
        return fits.Where(at => HashOf(KernelCommandLine.Parse(specs[at].CommandLine)) == hash)
            .Concat(fits.Where(at => !IsRescue(KernelCommandLine.Parse(specs[at].CommandLine))))
            .FirstOrDefault(-1);
    }

    private static bool IsRescue(KernelCommandLine line)
        => line.Options.Any(option => (option.Value is null && s_rescueWords.Contains(option.Name))
            || (option.Name is "systemd.unit" && s_rescueUnits.Contains(option.Value))
            || (option.Name is "init" && option.Value?.EndsWith("sh", StringComparison.Ordinal) == true));

    private static string HashOf(KernelCommandLine line)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line.Without("BOOT_IMAGE").Without("initrd").ToString())))[..HashDigits];
}

using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Cli.Laptop;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// A menu entry of GRUB, selected by `next_entry` in its environment block, as grub-reboot does. GRUB itself must clear the variable, and can write to few
/// kinds of file systems: on the others the laptop would start its ramdisk for ever (see the NOTE of grub-reboot), so those are refused.
/// </summary>
internal sealed partial class GrubEntry(string environment) : IOneTimeEntry
{
    /// <summary>The variable in the environment block.</summary>
    internal const string NextEntry = "next_entry";

    private const int BlockSize = 1024;
    private const string Signature = "# GRUB Environment Block\n";

    private static readonly string[] s_directories = ["grub", "grub2"];
    private static readonly string[] s_scripts = ["custom.cfg", "grub.cfg"];

    public string Description => $"GRUB's entry {OneTimeEntries.Name}, by {NextEntry} in {environment}";

    /// <inheritdoc cref="FirmwareEntry.Find"/>
    /// <param name="boot">/boot.</param>
    /// <param name="mountOf">Returns a file's mount, and whether it is a plain partition (no LVM, LUKS or RAID).</param>
    /// <param name="why">The reason if there is none.</param>
    public static GrubEntry? Find(string boot, Func<string, (MountEntry Mount, bool IsPartition)?> mountOf, out string why)
    {
        why = $"no grub.cfg in {boot}/grub or {boot}/grub2";
        foreach (var directory in s_directories.Select(name => Path.Combine(boot, name)).Where(name => File.Exists(Path.Combine(name, "grub.cfg"))))
        {
            why = WhyNot(directory, mountOf) ?? "";
            if (why.Length == 0)
            {
                return new GrubEntry(Path.Combine(directory, "grubenv"));
            }
        }

        return null;
    }

    public bool ReadsKeysFrom(string file) => file.StartsWith($"{Path.GetDirectoryName(environment)}/{OneTimeEntries.Name}/", StringComparison.Ordinal);

    public void Order() => Write(OneTimeEntries.Name);

    public void TakeBack() => Write(null);

    /// <summary>A copy of the environment block with another value of next_entry; null removes the value.</summary>
    /// <exception cref="IOException">The bytes are not an environment block, or the block is full.</exception>
    internal static byte[] Change(byte[] block, string? value)
    {
        var text = Encoding.Latin1.GetString(block);
        if (block.Length != BlockSize || !text.StartsWith(Signature, StringComparison.Ordinal))
        {
            throw new IOException($"expected an environment block of GRUB, {BlockSize} bytes that begin with `{Signature.Trim()}`");
        }

        var lines = text[Signature.Length..].TrimEnd('#').Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith($"{NextEntry}=", StringComparison.Ordinal));
        var changed = Signature + string.Concat((value is null ? lines : lines.Append($"{NextEntry}={value}")).Select(line => line + '\n'));
        return changed.Length <= BlockSize ? Encoding.Latin1.GetBytes(changed.PadRight(BlockSize, '#')) : throw new IOException("GRUB's environment block is full");
    }

    private static string? WhyNot(string directory, Func<string, (MountEntry Mount, bool IsPartition)?> mountOf)
    {
        var environment = Path.Combine(directory, "grubenv");
        var scripts = s_scripts.Select(name => Path.Combine(directory, name)).Where(File.Exists).Select(File.ReadAllText).ToList();
        if (!scripts.Exists(script => Entry().IsMatch(script)))
        {
            return $"{directory} has no menu entry with the id {OneTimeEntries.Name}";
        }

        if (!scripts.Exists(script => script.Contains(NextEntry, StringComparison.Ordinal)))
        {
            return $"{directory}/grub.cfg does not use {NextEntry}";
        }

        if (!File.Exists(environment) || new FileInfo(environment).Length != BlockSize)
        {
            return $"{environment} is not an environment block of {BlockSize} bytes; `grub-editenv {environment} create` makes one";
        }

        return mountOf(environment) is not { } place || !GrubEnvironment.CanWriteTo(place.Mount.Type) || !place.IsPartition
            ? $"{environment} is not on a plain ext, xfs or FAT partition: GRUB could not clear its {NextEntry} there, and would start the ramdisk for ever"
            : null;
    }

    // Write in place, because GRUB finds the file by its disk blocks.
    private void Write(string? value)
    {
        using var file = new FileStream(environment, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var block = new byte[BlockSize + 1];
        var changed = Change(block[..file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)], value);
        file.Position = 0;
        file.Write(changed);
        file.Flush(flushToDisk: true);
    }

    // --id stiefel, $menuentry_id_option 'stiefel'
    [GeneratedRegex("""^\s*menuentry\b.*(--id[ =]|\$menuentry_id_option\s+)['"]?stiefel['"]?(\s|\{|$)""", RegexOptions.Multiline)]
    private static partial Regex Entry();
}

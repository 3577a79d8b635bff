using System.Text;

namespace Stiefel.Keys;

/// <summary>Tells the ramdisk, in a file beside its keys, from where it got them; no secret.</summary>
/// <param name="Partition">The partition, `PARTUUID=…`.</param>
/// <param name="Type">The kernel's name of its file system type.</param>
/// <param name="File">The file's path from the root of that file system.</param>
public sealed record EntryKeysPlace(string Partition, string Type, string File)
{
    /// <summary>Path of the note in the ramdisk, beside the directory of keys.</summary>
    public const string NotePath = "etc/stiefel/entry-place";

    /// <summary>The note: a line for each value.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Partition}\n{Type}\n{File}\n");

    /// <summary>Reads the note.</summary>
    /// <exception cref="InvalidDataException">It does not have three lines.</exception>
    public static EntryKeysPlace Read(string note) => System.IO.File.ReadAllLines(note) is [var partition, var type, ['/', ..] file]
        ? new EntryKeysPlace(partition, type, file)
        : throw new InvalidDataException($"{note} is damaged");
}

namespace Stiefel.EndToEnd.Encrypted;

/// <summary>Disks that one run of a virtual machine makes, and that are kept in one directory.</summary>
/// <param name="Name">The directory's name.</param>
/// <param name="Laptops">The laptops' disks in it.</param>
/// <param name="Wrapped">Small disks with a boot partition: the name of what wraps it, and the shell commands that make it.</param>
internal sealed record EncryptedSet(string Name, Func<string, EncryptedLaptop[]> Laptops, IReadOnlyList<(string Name, string Commands)> Wrapped)
{
    /// <summary>The paths of the small disks, by name.</summary>
    public IReadOnlyDictionary<string, string> WrappedImages(string directory) =>
        Wrapped.ToDictionary(disk => disk.Name, disk => Path.Combine(directory, disk.Name + ".img"));
}

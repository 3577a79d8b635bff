namespace Stiefel.EndToEnd.Encrypted;

/// <summary>Disks that one virtual machine makes in one go, and that are kept in one directory.</summary>
/// <param name="Name">The directory's name.</param>
/// <param name="Laptops">The laptops' disks in it.</param>
/// <param name="Wrapped">Small disks with a boot partition: what it is wrapped in, and the commands for that.</param>
internal sealed record EncryptedSet(string Name, Func<string, EncryptedLaptop[]> Laptops, IReadOnlyList<(string Name, string Commands)> Wrapped)
{
    /// <summary>The small disks' files.</summary>
    public IReadOnlyDictionary<string, string> WrappedImages(string directory) =>
        Wrapped.ToDictionary(disk => disk.Name, disk => Path.Combine(directory, disk.Name + ".img"));
}

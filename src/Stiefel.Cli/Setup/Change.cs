using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup;

/// <summary>One thing that set-up would change.</summary>
/// <param name="File">As it is to be.</param>
/// <param name="Before">Its bytes now; null if it is not there.</param>
internal sealed record Change(PlannedFile File, byte[]? Before)
{
    /// <summary>Compares with what is there; null if nothing is to be done.</summary>
    public static Change? Of(LaptopTree tree, PlannedFile file)
    {
        var before = ContentOf(tree, file);
        return before is not null && before.AsSpan().SequenceEqual(file.Content) ? null : new Change(file, before);
    }

    /// <summary>What is there in a file's place: its bytes, or where a link leads; null if nothing is.</summary>
    public static byte[]? ContentOf(LaptopTree tree, PlannedFile file) => tree.LinkText(file.Path) is { } target ? Encoding.UTF8.GetBytes(target) : tree.Bytes(file.Path);
}

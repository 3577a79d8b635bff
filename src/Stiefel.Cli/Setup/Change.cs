using System.Text;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup;

/// <summary>One file that set-up would change.</summary>
/// <param name="File">The file as it should be.</param>
/// <param name="Before">The file's present bytes; null if it does not exist.</param>
internal sealed record Change(PlannedFile File, byte[]? Before)
{
    /// <summary>Compares the planned file with the present one; null if they are equal.</summary>
    public static Change? Of(LaptopTree tree, PlannedFile file)
    {
        var before = ContentOf(tree, file);
        return before is not null && before.AsSpan().SequenceEqual(file.Content) ? null : new Change(file, before);
    }

    /// <summary>The present content at a file's path: its bytes, or a link's target; null if nothing is there.</summary>
    public static byte[]? ContentOf(LaptopTree tree, PlannedFile file) => tree.LinkText(file.Path) is { } target ? Encoding.UTF8.GetBytes(target) : tree.Bytes(file.Path);
}

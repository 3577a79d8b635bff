using Stiefel.Linux.Network;

namespace Stiefel.Cli.Wake;

/// <summary>The desktops that have called this laptop, in a file of one line each, the latest first.</summary>
/// <param name="file">The file.</param>
internal sealed class KnownDesktops(string file)
{
    /// <summary>The file on a laptop.</summary>
    public const string DefaultFile = "/var/lib/stiefel/desktops";

    private const int Most = 32;

    /// <summary>All desktops, the latest first; none if there is no file.</summary>
    public IReadOnlyList<KnownDesktop> List() => File.Exists(file) ? [.. File.ReadLines(file).Take(Most).Select(Parse).OfType<KnownDesktop>()] : [];

    /// <summary>Puts a desktop at the beginning of the file.</summary>
    public void Remember(KnownDesktop desktop)
    {
        var all = List().Where(known => known.Card != desktop.Card).Prepend(desktop).Take(Most);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var next = file + ".new";
        File.WriteAllLines(next, all.Select(known => $"{known.Card} {known.Interface} {known.Name}"));
        File.Move(next, file, overwrite: true);
    }

    // The name comes last, since it may hold blanks.
    private static KnownDesktop? Parse(string line) =>
        line.Split(' ', 3) is [var card, var by, var name] && MacAddress.TryParse(card, out var address) ? new KnownDesktop(name, address, by) : null;
}

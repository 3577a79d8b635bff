namespace Stiefel.Linux.Tests.Power;

/// <summary>A /sys/class/power_supply made of files, laid out as by the kernel.</summary>
internal sealed class SupplyTree : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public SupplyTree() => Directory.CreateDirectory(Path);

    public string Path => _root.File("power_supply");

    public SupplyTree Mains(string name, string online) => Add(name, ("type", "Mains"), ("online", online));

    public SupplyTree Battery(string name, string status, string capacity, params (string Attribute, string Text)[] more) =>
        Add(name, [("type", "Battery"), ("present", "1"), ("status", status), ("capacity", capacity), .. more]);

    public SupplyTree Add(string name, params (string Attribute, string Text)[] attributes)
    {
        foreach ((var attribute, var text) in attributes)
        {
            _root.Write($"power_supply/{name}/{attribute}", text + "\n");
        }

        return this;
    }

    public void Dispose() => _root.Dispose();
}

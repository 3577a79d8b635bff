using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Tests.Modules;

/// <summary>A modules directory with real, tiny ELF objects, which the real depmod and modprobe can read.</summary>
internal sealed class ModuleTree : IDisposable
{
    public const string Release = "6.1.0-test";

    private readonly TemporaryDirectory _root = new();

    public string Root => _root.Path;

    public string Directory => _root.File($"lib/modules/{Release}");

    /// <summary>Compiles a module that exports and uses symbols and has modinfo strings.</summary>
    public void Add(string path, string[] exports, string[] uses, params string[] modinfo)
    {
        var object_ = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(object_)!);
        IEnumerable<string> source =
        [
            .. modinfo.Append("license=GPL").Select((text, at) => $"__attribute__((section(\".modinfo\"),used)) static const char info{at}[]=\"{text}\";"),
            .. exports.Select(name => $"int {name}=1; __attribute__((section(\"__ksymtab_strings\"),used)) static const char string_{name}[]=\"{name}\";"),
            .. uses.Select(name => $"extern int {name}; int *use_{name}=&{name};"),
        ];
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', source) + '\n'));
        ExternalProgram.Run("clang", ["-x", "c", "-fno-pic", "-c", "-o", object_, "-"], new ExternalProgramOptions { Input = input });
    }

    public void Depmod()
    {
        foreach (var name in (string[])["modules.order", "modules.builtin", "modules.builtin.modinfo"])
        {
            File.AppendAllText(Path.Combine(Directory, name), "");
        }

        ExternalProgram.Run("depmod", ["-b", Root, Release]);
    }

    public void Dispose() => _root.Dispose();
}

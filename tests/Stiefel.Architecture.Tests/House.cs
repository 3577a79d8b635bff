using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace Stiefel.Architecture.Tests;

/// <summary>The compiled projects of src/, and which types use which. They are loaded once, because loading takes seconds.</summary>
internal static class House
{
    /// <summary>The assembly names of executables, by project.</summary>
    private static readonly Dictionary<string, string> s_executables = new()
    {
        ["Stiefel.Server"] = "stiefel-server", ["Stiefel.Client"] = "stiefel-client", ["Stiefel.Attach"] = "stiefel-attach", ["Stiefel.Cli"] = "stiefel",
    };

    private static readonly Lazy<IReadOnlyList<Use>> s_uses = new(() => [.. FindUses()]);

    /// <summary>The checkout's top directory.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All projects of src/, by name.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(directory => Path.GetFileName(directory)).Order(StringComparer.Ordinal)];

    /// <summary>Every use of one type by another in the projects.</summary>
    public static IReadOnlyList<Use> Uses => s_uses.Value;

    public static Assembly Load(string project) => Assembly.Load(s_executables.GetValueOrDefault(project, project));

    /// <summary>The project file's text.</summary>
    public static string ProjectFile(string project) => File.ReadAllText(Path.Combine(Root, "src", project, project + ".csproj"));

    private static IEnumerable<Use> FindUses()
    {
        var architecture = new ArchLoader().LoadAssemblies([.. Projects.Select(Load)]).Build();
        return from type in architecture.Types
               let user = Place.Of(type)
               where user is not null
               from dependency in type.Dependencies
               // Ignore type parameters: the reader confuses those of generated methods that have the same name.
               where dependency.Target is not GenericParameter
               let used = Place.Of(dependency.Target)
               where used is not null && used != user
               select new Use(user, used);
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Stiefel.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("these tests read the checkout in which they were built, but it no longer exists: build them again");
    }
}

/// <summary>The place of a type.</summary>
/// <param name="Project">The project's name, such as Stiefel.Server.</param>
/// <param name="Room">The project's top room; empty for its root.</param>
/// <param name="Type">The type's full name.</param>
internal sealed record Place(string Project, string Room, string Type)
{
    public static Place? Of(IType type)
    {
        var parts = type.Namespace?.FullName.Split('.') ?? [];
        return parts is ["Stiefel", _, ..] ? new Place($"{parts[0]}.{parts[1]}", parts.Length > 2 ? parts[2] : "", type.FullName) : null;
    }
}

/// <summary>A use of one type by another.</summary>
internal sealed record Use(Place From, Place To)
{
    public override string ToString() => $"{From.Type} uses {To.Type}";
}

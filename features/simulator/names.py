"""First and last names of many origins, and names for schools."""

FIRST_NAMES = tuple(
    """
    Aaliyah Abdullah Adébáyò Aiko Alejandra Amara Amélie Amir Ana Andrés Anh Aníbal Anjali Arjun Astrid Ayşe Beatriz
    Björn Camila Carlos Catalina Chidi Chloe Clémence D'Angelo Dae-Jung Daniela Darius DeShawn Dmitri Eleni Elif
    Elijah Emiliano Esperanza Ethan Fatima Fernanda François Gabriela Giang Grace Guadalupe Hana Hassan Héctor Hiroshi
    Ikaika Imani Inés Isaiah Itzel Iván Jamal Jasmine Javier Jean-Luc Ji-woo Jiho Joaquín José Ka'ili Kai Keisha
    Kenji Khadija Kwame Leilani Liam Lian Linh Lucía Luis Mahmoud Makoa Malik María Mateo Mei Miguel Min-jun Mohamed
    Nadia Naomi Ngozi Nhi Nia Noah Noor Núria Olivia Omar Oksana Paulo Pedro Phúc Priya Quân Rafael Rania Renée Roksana
    Rosa Samir Santiago Séamus Shanice Siobhán Sofía Søren T'Challa Tadeusz Tariq Thị Tomás Tyrone Valentina Wei Xiomara
    Yara Yusuf Zahra Zoë
    """.split()
)
LAST_NAMES = tuple(
    """
    Abebe Acosta Aguilar Al-Masri Álvarez Anderson Andersen Arslan Baker Banerjee Begay Bianchi Boateng Brown Bui
    Castañeda Castro Chávez Chen Choi Chukwu Clarke Cruz D'Amico Da'oud Dang Davis Demir Díaz Diallo Dubois Dupré
    Eklund Espinoza Evans Faleolo Fernández Flores Fonseca Garcia García-López Ghosh Gómez Gonzalez Green Guerrero Gupta
    Gutiérrez Haddad Hakimi Harris Hernández Herrera Hoàng Horvath Huang Hussein Ibarra Ibrahim Islam Ito Jackson
    Jiménez Johnson Juárez Kahananui Kaur Kawamoto Kelly Khan Kim Kovač Kowalski Lê Lee Li Lin Lopez Mahelona Martínez
    McCarthy Medina Mendoza Mensah Miller Mitchell Moore Morales Muñoz Nakamura Navarro Nguyễn Novák Núñez O'Brien
    O'Connor Ochoa Okafor Okonkwo Oliveira Ortiz Osei Pacheco Park Patel Peña Petrov Pham Quiñones Ramírez Reyes Rivera
    Robinson Rodríguez Romero Ruiz Saldaña Salazar Sánchez Santos Schmidt Sharma Silva Singh Smith-Jones Sørensen
    Soto St-Pierre Suárez Tanaka Taylor Thao Thompson Torres Trần Tsosie Tupou Türk Ueda Vang Vargas Vásquez Walker
    Washington White Williams Wong Wu Xiong Yang Yazzie Young Yılmaz Zamora Zhang Zhou Zúñiga
    """.split()
)
SCHOOL_NAMES = tuple(
    """
    Cedar Lighthouse Juniper Bayview Sycamore Eastgate Alder Ridgeline Willow Northfield Magnolia Riverbend
    Laurel Westmont Aspen Lakeshore Hawthorn Summit Manzanita Brookside
    """.split()
)
